namespace Holdfast.Cli.Errors;

/// <summary>What the process ends with. A contract that scripts depend on: docs/cli.md, "Exit codes".</summary>
internal enum ExitCode
{
    Done = 0,

    /// <summary>Nothing, or not what was asked for, was done; the message says why.</summary>
    Failed = 1,

    /// <summary>The command line is wrong; nothing was begun.</summary>
    Usage = 2,

    /// <summary>Done, but not all of it: a point with gaps, a restore with failures.</summary>
    Partial = 3,

    /// <summary>The vault's bytes are not those that were written.</summary>
    Damage = 4,

    /// <summary>Stopped by SIGINT or SIGTERM.</summary>
    Cancelled = 130,
}
