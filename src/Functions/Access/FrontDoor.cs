using Holdfast.Functions.Settings;

namespace Holdfast.Functions.Access;

/// <summary>
/// Who is let in to the API behind a Functions host: whom the platform names, or, on a person's own machine, whoever holds the token of
/// this start.
/// </summary>
internal static partial class FrontDoor
{
    /// <summary>A file of its own: a service that runs beside the host with the same data folder keeps its token.</summary>
    private const string TokenFile = "host-token";

    /// <summary>
    /// Never throws for a token that can't be written: a worker that ends while it starts ends the whole host at the third time, and
    /// timers and runs need no token.
    /// </summary>
    public static Doorkeeper Open(AppSettings settings, ILogger log)
    {
        if (settings.PlatformAuthenticates)
            return new Doorkeeper.OfPlatform();
        if (settings.OnAzure)
            return new Doorkeeper.Closed("turn on the function app's authentication (Entra ID) first; docs/operations.md, 'Signing in'");
        try
        {
            var token = LocalToken.Make(Path.Combine(settings.Data, TokenFile));
            LogToken(log, token.Path);
            return new Doorkeeper.OfLoopback(token);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNoToken(log, settings.Data, fault.Message, Setting.Data.Name);
            return new Doorkeeper.Closed(
                $"the app's token can't be written: set {Setting.Data.Name} to a folder that the app may write to, and start the host again"
            );
        }
    }

    [LoggerMessage(LogLevel.Information, "The API takes the bearer token in {TokenFile}, under http://localhost and http://127.0.0.1 only")]
    private static partial void LogToken(ILogger log, string tokenFile);

    [LoggerMessage(
        LogLevel.Error,
        "Nobody can sign in: the token can't be written to {Folder}: {Reason} Set {Setting} to a folder that the app may write to"
    )]
    private static partial void LogNoToken(ILogger log, string folder, string reason, string setting);
}
