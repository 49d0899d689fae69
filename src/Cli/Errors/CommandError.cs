using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Cli.Output;
using Holdfast.Control.Clouds;
using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Failures;
using Holdfast.Restore;

namespace Holdfast.Cli.Errors;

/// <summary>How a command ends that can't do what it was asked to: as a person and a script see it.</summary>
/// <param name="Kind">Who failed: usage, kubeconfig, cluster, cloud, vault, control, capture, restore, files, failed, cancelled, bug.
/// A contract: docs/cli.md, "Errors".</param>
/// <param name="Next">What to do; null where the message says it already.</param>
internal sealed record CommandError(string Kind, ExitCode Exit, string Message, string? Next = null)
{
    private const string Bug = "bug";

    private static readonly JsonEncodedText Error = JsonEncodedText.Encode("error");

    /// <summary>All that is wrong, each by itself; empty where the message is about one thing.</summary>
    public ImmutableArray<string> Problems
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How a person sees the message: those after the first are set in.</summary>
    private IReadOnlyList<string> Lines =>
        !Problems.IsEmpty ? Problems
        : Kind == Bug ? Message.Split('\n', StringSplitOptions.TrimEntries)
        : [Message];

    /// <param name="refused">The kind of what the verb was asked for and can't do.</param>
    public static CommandError Of(Exception exception, string refused) =>
        exception switch
        {
            UsageException e => new("usage", ExitCode.Usage, e.Message) { Problems = e.Problems },
            FailedException e => new("failed", ExitCode.Failed, e.Message),
            RunFailedException e => Of(e.Failure, refused, e),
            _ => Of(Failure.Of(exception), refused, exception),
        };

    /// <summary>
    /// Prints it to stderr: as text, and as one JSON line behind it when the result was asked for as JSON. Stdout gets nothing.
    /// </summary>
    public ExitCode Print(Screen screen, bool json)
    {
        var lines = Lines;
        screen.ErrorLine($"{screen.ErrorInk.Red("holdfast:")} {lines[0]}");
        foreach (var line in lines.Skip(1))
            screen.ErrorLine($"  {line}");
        if (Next is { } next)
            screen.ErrorLine($"  next: {next}");
        if (json)
            screen.ErrorLine(AsJson());
        return Exit;
    }

    private static CommandError Of(Failure failure, string refused, Exception exception) =>
        IsBug(failure)
            ? new(
                Bug,
                ExitCode.Failed,
                $"this is a bug in holdfast, please report it with what follows{Environment.NewLine}{failure.Cause ?? exception}"
            )
            : new(KindOf(failure, refused), ExitOf(failure), failure.Message, failure.Next) { Problems = failure.Problems };

    /// <summary>A command has no engine that could fail by itself: what it reports of one is this program's fault.</summary>
    private static bool IsBug(Failure failure) =>
        failure.Side == FailureSide.Bug || failure.Code is FailureCode.Engine or FailureCode.Lost or FailureCode.Interrupted;

    private static string KindOf(Failure failure, string refused) =>
        failure.Side switch
        {
            FailureSide.Cluster => "cluster",
            FailureSide.Vault => "vault",
            FailureSide.Control => "control",
            FailureSide.Cloud => failure.Cause is CloudException || failure.Code == FailureCode.NewCluster ? "cloud" : "files",
            _ => failure.Code == FailureCode.Kubeconfig ? "kubeconfig" : refused,
        };

    /// <summary>By the exception, which a failure in this process always has.</summary>
    private static ExitCode ExitOf(Failure failure) =>
        failure.Cause switch
        {
            ArchiveException { Failure: ArchiveFailure.DigestMismatch or ArchiveFailure.Malformed or ArchiveFailure.Untrusted } =>
                ExitCode.Damage,
            CaptureException { Failure: CaptureFailure.BadRequest } or RestoreException { Refusal: RestoreRefusal.BadRequest } =>
                ExitCode.Usage,
            NewClusterException => ExitCode.Usage,
            _ => ExitCode.Failed,
        };

    private string AsJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteStartObject(Error);
            writer.WriteString("kind", Kind);
            writer.WriteString("message", Message);
            if (Next is { } next)
                writer.WriteString("next", next);
            WriteProblems(writer);
            writer.WriteNumber("exitCode", (int)Exit);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void WriteProblems(Utf8JsonWriter writer)
    {
        if (Problems.IsEmpty)
            return;
        writer.WriteStartArray("problems");
        foreach (var problem in Problems)
            writer.WriteStringValue(problem);
        writer.WriteEndArray();
    }
}
