namespace Holdfast.Functions.OpenApi;

/// <summary>What a problem's status means here, whichever route it comes from.</summary>
internal static class Meanings
{
    public static string Of(int status) =>
        status switch
        {
            400 => "The request is malformed; errors name each place",
            401 => "Not authenticated",
            403 => "Authenticated, and not allowed to",
            404 => "Not found",
            409 => "Not possible in its current state",
            412 => "It was changed since it was read, or exists already",
            413 => "The body is too large",
            415 => "The body is not JSON by its media type",
            422 => "The content is not valid; errors name each place",
            428 => "It exists, and the request doesn't say which state it was made for",
            503 => "The engine, the vault or the control container is not available, or not set up",
            _ => "A failure that isn't the request's fault",
        };
}
