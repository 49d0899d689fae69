using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>Service accounts and their tokens.</summary>
internal static class AccountRules
{
    public const string TokenType = "kubernetes.io/service-account-token";
    private const string AccountName = "kubernetes.io/service-account.name";
    private const string AccountUid = "kubernetes.io/service-account.uid";

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Remove(
            "account-token-secrets", ["serviceaccounts"],
            "generated tokens are made again under other names",
            s => s.Manifest.RemoveItems("secrets", r => IsGeneratedTokenName(r.Text("name"), s.Name))),
        Rule.Keep(
            "account-merged", ["serviceaccounts"],
            "a namespace makes its own default account: secrets and imagePullSecrets of both are merged, the live values win"),
        Rule.Skip("token-generated", ["secrets"], "the token controller generated it and makes another one", IsGenerated),
        Rule.Remove("token-data", ["secrets"], "a token is signed for the account's uid: the token controller fills in the new one's", DropTokenData),
    ];

    /// <summary><c>default-token-x7k2p</c>: the account's name and five random characters.</summary>
    public static bool IsGeneratedTokenName(string? name, string account)
    {
        const string infix = "-token-";
        if (name is null || name.Length != account.Length + infix.Length + 5 || !name.StartsWith(account, StringComparison.Ordinal))
            return false;
        return name.AsSpan(account.Length, infix.Length).SequenceEqual(infix) && !name.AsSpan(account.Length + infix.Length).ContainsAnyExcept(RandomCharacters);
    }

    private static readonly System.Buffers.SearchValues<char> RandomCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    public static bool IsToken(JsonObject secret) => secret.Text("type") == TokenType;

    private static bool IsGenerated(RuleSubject subject)
    {
        if (!IsToken(subject.Manifest) || subject.Annotation(AccountName) is not { } account || !IsGeneratedTokenName(subject.Name, account))
            return false;
        // A user may choose such a name too, and is then on record as the writer.
        var writers = subject.Metadata.Objects("managedFields").Select(f => f.Text("manager")).ToList();
        return subject.Annotation(ServiceRules.LastApplied) is null && (writers.Count == 0 || writers.Contains("kube-controller-manager"));
    }

    private static void DropTokenData(RuleSubject subject)
    {
        if (!IsToken(subject.Manifest))
            return;
        subject.RemoveAnnotations(key => key == AccountUid);
        if (subject.Manifest.Object("data") is not { } data)
            return;
        foreach (var key in new[] { "token", "ca.crt", "namespace" })
            data.Remove(key);
        if (data.Count == 0)
            subject.Manifest.Remove("data");
    }
}
