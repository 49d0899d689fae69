using System.Collections.Immutable;
using System.CommandLine;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Verbs;

/// <summary>What a rollback, or a restore that recreates, may delete: the same options for <c>plan</c> and <c>restore</c>.</summary>
internal sealed class RollbackOptions
{
    private readonly Option<string[]> delete = new("--delete")
    {
        HelpName = "KIND/NS/NAME",
        Description =
            "With --existing rollback or recreate: this claim, volume, snapshot, definition, namespace or object with a finalizer may be "
            + "deleted; KIND/NAME for the whole cluster's, or with one --namespace",
    };

    public IEnumerable<Option> All => [delete];

    public ImmutableArray<string>? Delete(Invocation invocation) => invocation.List(delete) is { Length: > 0 } names ? [.. names] : null;
}
