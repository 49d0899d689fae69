using System.Text.Json;
using Holdfast.Durable.Tests.Replay;

namespace Holdfast.Durable.Tests.Recordings;

/// <summary>The orchestrators of the app that was recorded, written against <see cref="OrchestrationContext"/>.</summary>
internal static class RecordedApp
{
    private static readonly string?[] Variants = ["num", "null", "b64", "jsonstr", "bool", "arr", "date", null, "(json null)", "big"];
    private static readonly string[] BadAnswers =
        ["err500", "badjson", "noct", "textct", "lower", "isooff", "dateobj", "bignum", "dbl", "jsondate", "outputsret", "s400"];

    /// <param name="started">The recorded app set its timers by the time of its start event.</param>
    public static DurableRegistry Registry(DateTime started) => new DurableRegistry(Engine.Json)
        .AddOrchestrator<JsonElement, object>("MainOrch", (context, _) => MainOrch(context, started))
        .AddOrchestrator<JsonElement, string>("ChildOrch", (context, _) => ChildOrch(context))
        .AddOrchestrator<JsonElement, string>("RetryHistOrch", (context, _) => ChildOrch(context))
        .AddOrchestrator<JsonElement, string>("FailOrch", (_, _) => throw new ActivityFailedException("My.Custom.Error", "orchestrator failed on purpose", isTransient: false))
        .AddOrchestrator<JsonElement, object>("VariantOrch", (context, _) => VariantOrch(context))
        .AddOrchestrator<JsonElement, object>("VarOrch", (context, _) => VarOrch(context))
        .AddOrchestrator<int, string?>("LoopOrch", LoopOrch)
        .AddOrchestrator<JsonElement, string>("EventOrch", (context, _) => EventOrch(context))
        .AddOrchestrator<JsonElement, string>("PastTimerOrch", (context, _) => PastTimerOrch(context, started))
        .AddOrchestrator<JsonElement, string>("CrashOrch", (context, _) => CrashOrch(context));

    private static async Task<object> MainOrch(OrchestrationContext context, DateTime started)
    {
        context.SetCustomStatus("fan out");
        var hellos = await Task.WhenAll(
            context.CallActivityAsync<JsonElement?>("Hello", "Tokyo"),
            context.CallActivityAsync<JsonElement?>("Hello", new { city = "Seattle" }));
        context.SetCustomStatus("timer");
        await context.CreateTimer(started.AddSeconds(8), CancellationToken.None);
        var err = await Failure(context.CallActivityAsync("Boom", "x"));
        var err2 = await Failure(context.CallActivityAsync("NoSuchActivity", "x"));
        context.SetCustomStatus("waiting");
        var approval = await context.WaitForExternalEvent<JsonElement?>("Approval");
        context.SetCustomStatus(null);
        var sub = await context.CallSubOrchestratorAsync<JsonElement?>("ChildOrch", new { from = "parent" });
        var sub2 = await context.CallSubOrchestratorAsync<JsonElement?>("ChildOrch", new { from = "parent2" }, new TaskOptions { InstanceId = "child-explicit-id" });
        var serr = await Failure(context.CallSubOrchestratorAsync("FailOrch", 1));
        context.SetCustomStatus("done");
        return new { a = Raw(hellos[0]), b = Raw(hellos[1]), err = err.ErrorType, err2 = err2.ErrorType, approval = Raw(approval), sub = Raw(sub), sub2 = Raw(sub2), serr = serr.ErrorType };
    }

    private static async Task<string> ChildOrch(OrchestrationContext context) => "child got " + Raw(await context.CallActivityAsync<JsonElement?>("Hello", "child"));

    private static async Task<object> VariantOrch(OrchestrationContext context)
    {
        context.SetCustomStatus(new { step = "variants" });
        foreach (var variant in Variants)
            await context.CallActivityAsync<JsonElement?>("Hello", variant is "(json null)" ? JsonDocument.Parse("null").RootElement : variant);
        return new { };
    }

    private static async Task<object> VarOrch(OrchestrationContext context)
    {
        var outcomes = new Dictionary<string, string>();
        foreach (var answer in BadAnswers)
            try
            {
                outcomes[answer] = Raw(await context.CallActivityAsync<JsonElement?>("Hello", answer));
            }
            catch (TaskFailedException failed)
            {
                var inner = failed.FailureDetails.InnerFailure!;
                outcomes[answer] = $"FAILED: {failed.FailureDetails.ErrorType} | {failed.FailureDetails.ErrorMessage} || inner: {inner.ErrorType} | {inner.ErrorMessage}";
            }
        return outcomes;
    }

    private static async Task<string?> LoopOrch(OrchestrationContext context, int round)
    {
        if (round >= 2)
            return "loops done";
        await context.WaitForExternalEvent<JsonElement>("Next");
        await context.CallActivityAsync("Hello", $"loop{round}");
        context.ContinueAsNew(round + 1);
        return null;
    }

    private static Task<string> EventOrch(OrchestrationContext context)
    {
        context.SendEvent("target-inst", "Next", new { v = 1 });
        return Task.FromResult("sent");
    }

    private static async Task<string> PastTimerOrch(OrchestrationContext context, DateTime started)
    {
        await context.CreateTimer(started.AddSeconds(-5), CancellationToken.None);
        return "past timer fired";
    }

    private static async Task<string> CrashOrch(OrchestrationContext context)
    {
        await context.CallActivityAsync("Hello", "x");
        return "crash survived";
    }

    private static async Task<Durable.TaskFailureDetails> Failure(Task task)
    {
        try
        {
            await task;
            return new("none", "it did not fail");
        }
        catch (TaskFailedException failed)
        {
            return failed.FailureDetails;
        }
    }

    private static string Raw(JsonElement? json) => json?.GetRawText() ?? "(null)";
}
