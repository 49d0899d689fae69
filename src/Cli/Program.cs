namespace Holdfast.Cli;

internal static class Program
{
    private static int Main() => throw new NotImplementedException();
}
