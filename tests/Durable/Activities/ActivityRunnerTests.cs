using Holdfast.Durable.Activities;
using Holdfast.Durable.Client;
using Holdfast.Durable.Tests.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Durable.Tests.Activities;

public sealed class ActivityRunnerTests
{
    [Fact]
    public async Task A_result_is_in_the_answer_byte_for_byte()
    {
        var answer = await RunAsync<string, double[]>((context, input) => Task.FromResult(new[] { 1.5, input.Length, context.InstanceId.Length }), "\"abc\"");

        Assert.Equal("""{"$ok":[1.5,3,2]}""", answer);
    }

    [Fact]
    public async Task No_input_is_the_default()
    {
        Assert.Equal("""{"$ok":0}""", await RunAsync<int, int>((_, input) => Task.FromResult(input), input: null));
        Assert.Equal("""{"$ok":true}""", await RunAsync<string?, bool>((_, input) => Task.FromResult(input is null), "null"));
    }

    public static TheoryData<Exception, string, bool> Faults => new()
    {
        { new ActivityFailedException("ClusterUnreachable", "no route", isTransient: true), "ClusterUnreachable", true },
        { new ActivityFailedException("Forbidden", "403", isTransient: false), "Forbidden", false },
        { new InvalidOperationException("a bug"), "System.InvalidOperationException", false },
        { new TimeoutException("slow"), "System.TimeoutException", true },
        { new TaskCanceledException("slow"), "System.Threading.Tasks.TaskCanceledException", true },
        { new DurableClientException("away", isTransient: true), "Holdfast.Durable.Client.DurableClientException", true },
        { new FormatException("known to the app"), "Classified", true },
        { new FormatException("\ud800 half a character"), "Classified", true },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_failure_travels_by_type_message_and_whether_trying_again_may_help(Exception fault, string type, bool isTransient)
    {
        var answer = await RunAsync<int, int>((_, _) => throw fault, "1");

        var failure = ActivityEnvelope.Open(answer).Failure!;
        Assert.Equal((type, !isTransient), (failure.ErrorType, failure.IsNonRetriable));
        Assert.EndsWith(fault.Message[1..], failure.ErrorMessage, StringComparison.Ordinal);
        Assert.False(ActivityRunner.WasInterrupted(answer));
    }

    [Fact]
    public async Task Causes_travel_along_and_a_long_message_is_cut()
    {
        var answer = await RunAsync<int, int>((_, _) => throw new InvalidOperationException(new string('x', 100_000), new IOException("disk")), "1");

        var failure = ActivityEnvelope.Open(answer).Failure!;
        Assert.True(failure.ErrorMessage.Length < 9000);
        Assert.Equal(("System.IO.IOException", "disk"), (failure.InnerFailure!.ErrorType, failure.InnerFailure.ErrorMessage));
    }

    [Fact]
    public async Task An_activity_that_the_stopping_process_cancels_was_interrupted_and_did_not_fail()
    {
        using var stopping = new CancellationTokenSource();
        var runner = new ActivityRunner(
            new DurableRegistry(Engine.Json).AddActivity<int, int>("A", async (context, _) =>
            {
                await stopping.CancelAsync();
                context.Cancellation.ThrowIfCancellationRequested();
                return 1;
            }),
            NullLoggerFactory.Instance);

        Assert.True(ActivityRunner.WasInterrupted(await runner.RunAsync("A", "i1", "1", stopping.Token)));
    }

    [Fact]
    public async Task An_activity_that_the_app_does_not_have_and_an_input_of_another_type_are_failures_and_not_exceptions()
    {
        var runner = new ActivityRunner(new DurableRegistry(Engine.Json).AddActivity<int, int>("A", (_, input) => Task.FromResult(input)), NullLoggerFactory.Instance);

        Assert.Equal("UnknownActivity", ActivityEnvelope.Open(await runner.RunAsync("B", "i1", "1", CancellationToken.None)).Failure!.ErrorType);
        Assert.Equal("System.Text.Json.JsonException", ActivityEnvelope.Open(await runner.RunAsync("A", "i1", "{}", CancellationToken.None)).Failure!.ErrorType);
    }

    private static Task<string> RunAsync<TInput, TOutput>(Func<ActivityContext, TInput, Task<TOutput>> activity, string? input)
    {
        var registry = new DurableRegistry(Engine.Json) { Classify = static fault => fault is FormatException ? new("Classified", fault.Message, isTransient: true) : null };
        return new ActivityRunner(registry.AddActivity("A", activity), NullLoggerFactory.Instance).RunAsync("A", "i1", input, CancellationToken.None);
    }
}
