using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Durable.Client;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Control;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// Takes up again what the engine failed for no fault of its own: when the process dies while it decides an episode, the extension fails that orchestration for good, and a rewind mends it. A limited number
/// of times, since an orchestration that kills the process each time would do so for ever; each is told in the log. Runs that ended otherwise without telling get their reports (<see cref="Losses"/>). Also
/// clears away what is no longer needed.
/// </summary>
internal static partial class Mending
{
    /// <summary>How often one orchestration is taken up again.</summary>
    public const int Most = 3;

    /// <summary>Instances that ended longer ago than this are left as they are.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    private const string Folder = "mended/";

    public static async Task RunAsync(HoldfastApp app, IDurableClient engine, CancellationToken cancellation)
    {
        var query = new OrchestrationQuery
        {
            Statuses = [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], CreatedFrom = app.Time.GetUtcNow() - Recent, FetchInputsAndOutputs = true,
        };
        await foreach (var instance in engine.GetAllInstancesAsync(query, cancellation))
        {
            if (!IsMendable(app, instance) || !await MendAsync(app, engine, instance, cancellation))
                await Losses.TellAsync(app, engine, instance, cancellation);
        }
        await Losses.LookAsync(app, engine, cancellation);
        if (app.Settings.Telemetry)
            await app.Ages.MeasureAsync(app, cancellation);
        await LeftoversAsync(app, engine, cancellation);
    }

    /// <summary>Whether an instance that has ended is going to be taken up again.</summary>
    public static async Task<bool> WillMendAsync(HoldfastApp app, OrchestrationMetadata instance, CancellationToken cancellation) =>
        IsMendable(app, instance) && TimesOf(await app.Environment.Control.ReadAsync(PathOf(instance), cancellation)) < Most;

    private static bool IsMendable(HoldfastApp app, OrchestrationMetadata instance) =>
        instance.FailedInEngine && !Orchestrators.IsCalledAgain(instance.Name) && app.Time.GetUtcNow() - instance.CreatedAt < Recent;

    /// <returns>False: it was taken up as often as it ever is.</returns>
    private static async Task<bool> MendAsync(HoldfastApp app, IDurableClient engine, OrchestrationMetadata instance, CancellationToken cancellation)
    {
        var control = app.Environment.Control;
        var stored = await control.ReadAsync(PathOf(instance), cancellation);
        var times = TimesOf(stored);
        if (times >= Most)
        {
            LogGivenUp(app.Log, instance.InstanceId, instance.Name, Most);
            return false;
        }
        var noted = JsonSerializer.SerializeToUtf8Bytes(new Mended(times + 1, app.Time.GetUtcNow()), MendedJson.Default.Mended);
        var won = stored is null ? await control.CreateAsync(PathOf(instance), noted, cancellation) : await control.ReplaceAsync(PathOf(instance), noted, stored.ETag, cancellation);
        if (won is not null && await engine.RewindInstanceAsync(instance.InstanceId, "the process ended while it was decided", cancellation))
            LogMended(app.Log, instance.InstanceId, instance.Name, times + 1, Most);
        return true;
    }

    private static string PathOf(OrchestrationMetadata instance) => $"{Folder}{instance.InstanceId.Replace(':', '.')}.json";

    private static int TimesOf(StoredDocument? note) => note is null ? 0 : JsonSerializer.Deserialize(note.Content.Span, MendedJson.Default.Mended)!.Times;

    /// <summary>Once an hour: notes of idempotency keys and of what was mended, and the histories of runs, a while after they can matter.</summary>
    private static async Task LeftoversAsync(HoldfastApp app, IDurableClient engine, CancellationToken cancellation)
    {
        if (app.Time.GetUtcNow().Minute >= 5)
            return;
        await Leftovers.ClearAsync(app.Environment.Control, Api.Repeating.Idempotency.Folder, app.Time.GetUtcNow() - (2 * Api.Repeating.Idempotency.Kept), cancellation);
        await Leftovers.ClearAsync(app.Environment.Control, Folder, app.Time.GetUtcNow() - (2 * Recent), cancellation);
        await Histories.ForgetAsync(engine, app.Time.GetUtcNow() - Histories.Kept, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Orchestration {Instance} ({Name}) was lost when the process ended, and is taken up again ({Time} of {Most})")]
    private static partial void LogMended(ILogger log, string instance, string name, int time, int most);

    [LoggerMessage(LogLevel.Error, "Orchestration {Instance} ({Name}) was lost again after it had been taken up {Most} times: it may be what ends the process. Look at it, then resume it by hand")]
    private static partial void LogGivenUp(ILogger log, string instance, string name, int most);
}

/// <param name="At">The last time.</param>
internal sealed record Mended(int Times, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Mended))]
internal sealed partial class MendedJson : JsonSerializerContext;
