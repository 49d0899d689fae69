using System.Collections.Immutable;

namespace Holdfast.Restore.Mapping;

/// <summary>Checks mappings before anything is read.</summary>
public static class MappingProblems
{
    /// <returns>All that is wrong, each for a person; empty: they can be used.</returns>
    public static ImmutableArray<string> Of(Mappings? mappings)
    {
        try
        {
            MappingSet.Of(mappings);
            return [];
        }
        catch (RestoreException e)
        {
            return e.Problems;
        }
    }
}
