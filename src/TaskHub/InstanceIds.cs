namespace Holdfast.TaskHub;

/// <summary>Accepts only ids that the Durable extension accepts too, so that both engines accept the same ids.</summary>
internal static class InstanceIds
{
    private const int Longest = 100;

    /// <returns>Null: the id is valid.</returns>
    public static string? Fault(string id) =>
        id switch
        {
            "" => "it is empty",
            { Length: > Longest } => $"it is longer than {Longest} characters",
            ['@', ..] => "it starts with '@', as entities do",
            _ when id.AsSpan().ContainsAny("/\\#?") => "it contains one of / \\ # ?",
            _ when id.Any(char.IsControl) => "it contains a control character",
            _ => null,
        };
}
