namespace Holdfast.Cli.Errors;

/// <summary>What exit codes mean, in the words of help and manual.</summary>
internal static class ExitCodes
{
    public static readonly (ExitCode Code, string Meaning)[] Meanings =
    [
        (ExitCode.Done, "done"),
        (ExitCode.Failed, "failed"),
        (ExitCode.Usage, "usage"),
        (ExitCode.Partial, "partially done"),
        (ExitCode.Damage, "damage found"),
        (ExitCode.Cancelled, "cancelled"),
    ];
}
