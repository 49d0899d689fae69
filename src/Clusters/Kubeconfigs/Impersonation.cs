namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>
/// Impersonation of another user: <c>as</c>, <c>as-uid</c>, <c>as-groups</c>, <c>as-user-extra</c>, sent as headers.
/// </summary>
internal static class Impersonation
{
    public static IReadOnlyList<KeyValuePair<string, string>> Headers(Section user, List<string> problems)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (user.Text("as") is { } name)
            headers.Add(new("Impersonate-User", name));
        if (user.Text("as-uid") is { } uid)
            headers.Add(new("Impersonate-Uid", uid));
        headers.AddRange(user.Texts("as-groups").Select(g => KeyValuePair.Create("Impersonate-Group", g)));
        if (user.Inner("as-user-extra") is { } extra)
            headers.AddRange(
                extra.Keys.SelectMany(k =>
                    extra.Texts(k).Select(v => KeyValuePair.Create("Impersonate-Extra-" + Uri.EscapeDataString(k.ToLowerInvariant()), v))
                )
            );
        if (headers.Count > 0 && headers[0].Key != "Impersonate-User")
            problems.Add(user.Problem(null, "has as-uid, as-groups or as-user-extra without 'as'. Add the user to act as"));
        return headers;
    }
}
