namespace Holdfast.Restore.Mapping;

/// <summary>Which mappings of a request had an effect on the objects that it selects.</summary>
internal sealed class MappingTally(MappingSet mappings)
{
    private const int Named = 20;
    private readonly HashSet<(MappingKind Kind, string Old)> used = [];

    public MappingSet Mappings => mappings;

    /// <summary>Those that changed nothing, by their options, for a person.</summary>
    public IEnumerable<string> WithoutEffect
    {
        get
        {
            foreach (var kind in mappings.All.Where(m => !used.Contains((m.Kind, m.Old))).GroupBy(m => m.Kind))
            {
                var names = kind.Select(m => m.Old).ToList();
                var more = names.Count > Named ? $" and {names.Count - Named} more" : "";
                yield return $"{MappingUse.Option(kind.Key)} matches nothing in what is restored: "
                    + $"{string.Join(", ", names.Take(Named))}{more}";
            }
        }
    }

    public void Note(IEnumerable<MappingUse> uses)
    {
        foreach (var use in uses)
            used.Add((use.Kind, use.Old));
    }
}
