namespace Holdfast.Cli.Tests.Completing;

/// <summary>A fact about a shell, which is skipped where the shell isn't installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute(string shell)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, shell))))
            Skip = $"{shell} isn't installed";
    }
}
