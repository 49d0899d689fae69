using System.Text.Json.Nodes;
using Holdfast.Archive.Format;

namespace Holdfast.Protection.Restore.Rules;

/// <summary>What the rules may ask of the restore around one manifest.</summary>
public sealed record RuleContext
{
    public required RestoreRequest Request { get; init; }

    /// <summary>The manifest's own type as captured.</summary>
    public required ResourceType Type { get; init; }

    /// <summary>The target serves <c>/status</c> for the type.</summary>
    public required bool HasStatus { get; init; }

    /// <summary>An object of the point, by key; null when the point doesn't hold it.</summary>
    public required Func<ObjectKey, JsonObject?> InPoint { get; init; }

    /// <summary>The object's owner by group-kind is restored by this plan or live in the target.</summary>
    public required Func<string, string, string?, string, bool> OwnerComesBack { get; init; }
}

/// <summary>The one table of what must be removed, kept or skipped when a manifest is restored: a row a rule, with its reason. Pure.</summary>
public static class ManifestRules
{
    /// <param name="manifest">Is taken over and changed.</param>
    public static PreparedManifest Prepare(JsonObject manifest, RuleContext context) => throw new NotImplementedException();
}
