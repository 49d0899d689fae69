using Holdfast.Functions.Settings;

namespace Holdfast.Functions.Access;

/// <summary>
/// Who may use the API behind a Functions host: whom the platform names, or, on a person's own machine, the holder of this start's
/// token.
/// </summary>
internal static partial class HostAuthenticator
{
    /// <summary>A file of its own: a service that runs beside the host with the same data folder keeps its token.</summary>
    private const string TokenFile = "host-token";

    /// <summary>
    /// Never throws for a token that can't be written: a worker that ends while it starts ends the whole host at the third time, and
    /// timers and runs need no token.
    /// </summary>
    public static Authenticator Open(AppSettings settings, ILogger log)
    {
        if (settings.PlatformAuthenticates)
            return new Authenticator.OfPlatform();
        if (settings.OnAzure)
            return new Authenticator.Closed("turn on the function app's authentication (Entra ID) first; docs/operations.md, 'Signing in'");
        try
        {
            var token = LocalToken.Make(Path.Combine(settings.Data, TokenFile));
            LogToken(log, token.Path);
            return new Authenticator.OfLoopback(token);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            LogNoToken(log, settings.Data, fault.Message, Setting.Data.Name);
            return new Authenticator.Closed(
                $"the app's token can't be written: set {Setting.Data.Name} to a folder that the app may write to, and start the host again"
            );
        }
    }

    [LoggerMessage(LogLevel.Information, "The API takes the bearer token in {TokenFile}, under http://localhost and http://127.0.0.1 only")]
    private static partial void LogToken(ILogger log, string tokenFile);

    [LoggerMessage(
        LogLevel.Error,
        "No one can sign in: the token can't be written to {Folder}: {Reason} Set {Setting} to a folder that the app may write to"
    )]
    private static partial void LogNoToken(ILogger log, string folder, string reason, string setting);
}
