namespace Holdfast.TaskHub;

/// <summary>Ids that the Durable extension takes too, so that what starts here starts there.</summary>
internal static class InstanceIds
{
    private const int Longest = 100;

    /// <returns>Null: a good id.</returns>
    public static string? Fault(string id) =>
        id switch
        {
            "" => "it is empty",
            { Length: > Longest } => $"it is longer than {Longest} characters",
            ['@', ..] => "it starts with '@', as entities do",
            _ when id.AsSpan().ContainsAny("/\\#?") => "it has one of / \\ # ?",
            _ when id.Any(char.IsControl) => "it has a control character",
            _ => null,
        };
}
