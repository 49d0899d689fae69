namespace Holdfast.Manifests;

/// <summary>
/// The names nearest to one that was not found, for the message that says so. Offer it every name there is; it keeps three.
/// </summary>
public sealed class NearMatches(string wanted)
{
    private const int Kept = 3;
    private readonly List<(int Distance, string Name)> best = [];

    public void Offer(string name)
    {
        var distance = Distance(wanted, name);
        if (distance > Math.Max(2, wanted.Length / 3) || best.Exists(b => b.Name == name))
            return;
        best.Add((distance, name));
        best.Sort();
        if (best.Count > Kept)
            best.RemoveAt(Kept);
    }

    public static NearMatches Among(string wanted, IEnumerable<string> names)
    {
        var near = new NearMatches(wanted);
        foreach (var name in names)
            near.Offer(name);
        return near;
    }

    /// <summary>As the end of a message: <c>; did you mean 'shop'?</c>, or nothing.</summary>
    public override string ToString() => best.Count == 0 ? "" : $"; did you mean {string.Join(" or ", best.Select(b => $"'{b.Name}'"))}?";

    /// <summary>Levenshtein's distance; 1 where one is the beginning of the other.</summary>
    private static int Distance(string a, string b)
    {
        if (a.Length >= 3 && b.StartsWith(a, StringComparison.OrdinalIgnoreCase))
            return 1;
        if (Math.Abs(a.Length - b.Length) > Math.Max(2, a.Length / 3))
            return int.MaxValue;
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.Length];
    }
}
