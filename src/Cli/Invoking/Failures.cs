using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Cli.Output;
using Holdfast.Clusters;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.Control;
using Holdfast.Restore;

namespace Holdfast.Cli.Invoking;

/// <param name="Kind">Who failed: usage, kubeconfig, cluster, vault, control, capture, restore, files, failed, cancelled, bug.</param>
/// <param name="Next">What to do; null where the message says it already.</param>
/// <param name="IsList">The message has several lines, all of ours: those after the first are set in.</param>
internal sealed record Failure(string Kind, ExitCode Exit, string Message, string? Next = null, bool IsList = false);

/// <summary>Makes of every exception what a person needs: who failed, what, what to do next.</summary>
internal static class Failures
{
    private static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");

    public static Failure Of(Exception exception) =>
        exception switch
        {
            UsageException e => new("usage", ExitCode.Usage, e.Message),
            FailedException e => new("failed", ExitCode.Failed, e.Message),
            KubeconfigException e => new("kubeconfig", ExitCode.Failed, e.Message, IsList: true),
            ClusterException e => new("cluster", ExitCode.Failed, e.Message, Next(e.Failure)),
            ArchiveException e => new("vault", IsDamage(e.Failure) ? ExitCode.Damage : ExitCode.Failed, e.Message, Next(e.Failure)),
            ControlException e => new("control", ExitCode.Failed, e.Message, Next(e.Failure)),
            CaptureException e => new("capture", e.Failure == CaptureFailure.BadRequest ? ExitCode.Usage : ExitCode.Failed, e.Message),
            RestoreException e => new("restore", e.Refusal == RestoreRefusal.BadRequest ? ExitCode.Usage : ExitCode.Failed, e.Message),
            IOException or UnauthorizedAccessException => new("files", ExitCode.Failed, exception.Message),
            _ => new(
                "bug",
                ExitCode.Failed,
                $"this is a bug in holdfast, please report it with what follows{Environment.NewLine}{exception}",
                IsList: true
            ),
        };

    /// <summary>
    /// Prints it to stderr: as text, and as one JSON line behind it when the result was asked for as JSON. Stdout gets nothing.
    /// </summary>
    public static ExitCode Tell(Failure failure, Screen screen, bool json)
    {
        var lines = failure.IsList ? failure.Message.Split('\n', StringSplitOptions.TrimEntries) : [failure.Message];
        screen.ErrorLine($"{screen.ErrorInk.Red("holdfast:")} {lines[0]}");
        foreach (var line in lines.Skip(1))
            screen.ErrorLine($"  {line}");
        if (failure.Next is { } next)
            screen.ErrorLine($"  next: {next}");
        if (json)
            screen.ErrorLine(AsJson(failure));
        return failure.Exit;
    }

    private static string AsJson(Failure failure)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Error);
            writer.WriteString("kind", failure.Kind);
            writer.WriteString("message", failure.Message);
            if (failure.Next is { } next)
                writer.WriteString("next", next);
            writer.WriteNumber("exitCode", (int)failure.Exit);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static string? Next(ClusterFailure failure) =>
        failure switch
        {
            ClusterFailure.Unreachable => "see whether `holdfast clusters check` gets through; check --context, the network and the CA",
            ClusterFailure.NotAuthenticated =>
                "renew the kubeconfig's credentials (or use --auth entra on AKS), then run the same command again",
            ClusterFailure.Throttled => "the API server is busy: run the same command again later",
            _ => null,
        };

    private static bool IsDamage(ArchiveFailure failure) =>
        failure is ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed or ArchiveFailure.Untrusted;

    /// <summary>The messages about single documents say what to do themselves.</summary>
    private static string? Next(ControlFailure failure) =>
        failure switch
        {
            ControlFailure.NotFound or ControlFailure.Unreachable => "check --control and the network, then run the same command again",
            ControlFailure.Forbidden => "check the permissions on the control folder or container for the identity that you use",
            _ => null,
        };

    private static string? Next(ArchiveFailure failure) =>
        failure switch
        {
            ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed =>
                "`holdfast verify` names everything that is damaged; other points may be whole",
            ArchiveFailure.Untrusted =>
                "`holdfast points` lists what can't be trusted; --public-key FILE says whom to trust, --allow-unsigned reads a point "
                    + "without a signature all the same",
            ArchiveFailure.NewerVersion => "use a newer holdfast",
            ArchiveFailure.Unreachable => "check --vault and the network, then run the same command again",
            ArchiveFailure.Forbidden => "check the vault's permissions for the identity that you use",
            ArchiveFailure.Full => "make room or use another vault, then run the same command again",
            _ => null,
        };
}
