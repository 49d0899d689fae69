using System.Collections.Immutable;

namespace Holdfast.Restore.Rules;

/// <summary>What a rule does to the manifests that it is about.</summary>
public enum RuleEffect
{
    /// <summary>The object isn't restored.</summary>
    Skip,

    /// <summary>A part is left out.</summary>
    Remove,

    /// <summary>A part comes back with another value, or in another way.</summary>
    Change,

    /// <summary>A part that one might expect to be lost stays.</summary>
    Keep,
}

/// <summary>One row of the table of a restore. Plans quote its reason; docs/restore.md lists every row.</summary>
public sealed class Rule
{
    private Rule(string id, RuleEffect effect, ImmutableArray<string> types, string reason) =>
        (Id, Effect, Types, Reason) = (id, effect, types, reason);

    /// <summary>Stable: scripts may know it.</summary>
    public string Id { get; }
    public RuleEffect Effect { get; }

    /// <summary>Group-resources; <c>*</c> for every object.</summary>
    public ImmutableArray<string> Types { get; }
    public string Reason { get; }

    internal Predicate<RuleSubject>? Skips { get; private init; }

    internal bool IsCreatedAgain { get; private init; }
    internal Action<RuleSubject>? Edits { get; private init; }

    internal static Rule Skip(string id, ImmutableArray<string> types, string reason, Predicate<RuleSubject> when) =>
        new(id, RuleEffect.Skip, types, reason) { Skips = when };

    /// <summary>Skips what a controller creates again: to what refers to it, it comes back.</summary>
    internal static Rule CreatedAgain(string id, ImmutableArray<string> types, string reason, Predicate<RuleSubject> when) =>
        new(id, RuleEffect.Skip, types, reason) { Skips = when, IsCreatedAgain = true };

    internal static Rule Remove(string id, ImmutableArray<string> types, string reason, Action<RuleSubject> edit) =>
        new(id, RuleEffect.Remove, types, reason) { Edits = edit };

    internal static Rule Change(string id, ImmutableArray<string> types, string reason, Action<RuleSubject> edit) =>
        new(id, RuleEffect.Change, types, reason) { Edits = edit };

    /// <summary>A row that needs no code here: nothing touches the part, or the step that finds a live object does.</summary>
    internal static Rule Keep(string id, ImmutableArray<string> types, string reason) => new(id, RuleEffect.Keep, types, reason);

    /// <summary>The part stays, and the plan says what that means.</summary>
    internal static Rule Keep(string id, ImmutableArray<string> types, string reason, Action<RuleSubject> say) =>
        new(id, RuleEffect.Keep, types, reason) { Edits = say };

    public override string ToString() => Id;
}
