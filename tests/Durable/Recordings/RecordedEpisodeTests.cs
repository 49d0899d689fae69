using System.Text.Json;
using Google.Protobuf;
using Holdfast.Durable.CustomHandler;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Durable.Tests.Recordings;

public sealed class RecordedEpisodeTests
{
    public static TheoryData<string> Episodes => [.. Recording.All().Where(recording => recording.IsOrchestration).Select(recording => recording.Name)];

    [Theory]
    [MemberData(nameof(Episodes))]
    public void An_equal_orchestrator_answers_a_recorded_episode_with_equal_actions(string name)
    {
        var recording = Recording.Read(name);
        var request = recording.Request;
        var expected = recording.Response;

        var answer = Execute(request, canRun: !expected.RequiresHistory);

        Assert.Equal(expected.RequiresHistory, answer.RequiresHistory);
        Assert.Equal(request.InstanceId, answer.InstanceId);
        Assert.Equal(expected.Actions.Select(Describe), answer.Actions.Select(Describe));
        if (expected.Actions.LastOrDefault()?.CompleteOrchestration?.OrchestrationStatus is not OrchestrationStatus.Terminated)
            AssertSameJson(expected.CustomStatus, answer.CustomStatus);
    }

    [Fact]
    public void The_outcome_of_every_kind_of_activity_answer_is_what_the_recorded_app_saw()
    {
        var recording = Recording.Read("067-VarOrch");

        var answer = Execute(recording.Request, canRun: true);

        AssertSameJson(recording.Response.Actions[0].CompleteOrchestration.Result, answer.Actions[0].CompleteOrchestration.Result);
    }

    [Fact]
    public void The_result_of_the_recorded_main_orchestration_is_the_same_but_for_the_form_of_its_errors()
    {
        var recording = Recording.Read("021-MainOrch");
        using var expected = JsonDocument.Parse(recording.Response.Actions[0].CompleteOrchestration.Result);

        using var answer = JsonDocument.Parse(Execute(recording.Request, canRun: true).Actions[0].CompleteOrchestration.Result);

        foreach (var property in (string[])["a", "b", "approval", "sub", "sub2"])
            Assert.Equal(expected.RootElement.GetProperty(property).GetString(), answer.RootElement.GetProperty(property).GetString());
        Assert.Equal("Microsoft.Azure.WebJobs.Host.FunctionInvocationException", answer.RootElement.GetProperty("err").GetString());
        Assert.Equal("UnknownFailure", answer.RootElement.GetProperty("err2").GetString());
        Assert.Equal("My.Custom.Error", answer.RootElement.GetProperty("serr").GetString());
    }

    [Theory]
    [MemberData(nameof(Episodes))]
    public void Every_recorded_request_keeps_its_unknown_fields_when_it_is_written_again(string name)
    {
        var bytes = Convert.FromBase64String(JsonDocument.Parse(Recording.Read(name).Data.GetProperty("context").GetString()!).RootElement.GetString()!);

        Assert.Equal(bytes.Length, OrchestratorRequest.Parser.ParseFrom(bytes).ToByteArray().Length);
    }

    [Fact]
    public void An_answer_is_read_back_by_the_rules_of_the_host()
    {
        var response = Recording.Read("003-MainOrch").Response;

        using var body = JsonDocument.Parse(InvocationAnswer.Orchestration(response, ["a line"]));

        Assert.Equal(response, OrchestratorResponse.Parser.ParseFrom(ByteString.FromBase64(body.RootElement.GetProperty("ReturnValue").GetString()!)));
        Assert.Equal("a line", body.RootElement.GetProperty("Logs")[0].GetString());
    }

    private static OrchestratorResponse Execute(OrchestratorRequest request, bool canRun)
    {
        var started = request.PastEvents.Concat(request.NewEvents).First(e => e.ExecutionStarted is not null).Timestamp.ToDateTime();
        return new ReplayExecutor(RecordedApp.Registry(started), NullLoggerFactory.Instance) { CanRun = () => canRun }.Execute(request);
    }

    /// <summary>The number of a termination is the engine's business alone; results and the words of failures have tests of their own.</summary>
    private static string Describe(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => $"{action.Id} {action.ScheduleTask.Name}({Json(action.ScheduleTask.Input)})",
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => $"{action.Id} at {action.CreateTimer.FireAt}",
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration =>
            $"{action.Id} {action.CreateSubOrchestration.InstanceId} {action.CreateSubOrchestration.Name}({Json(action.CreateSubOrchestration.Input)})",
        OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => $"{action.Id} {action.SendEvent.Instance.InstanceId}.{action.SendEvent.Name}({Json(action.SendEvent.Data)})",
        _ => action.CompleteOrchestration switch
        {
            { OrchestrationStatus: OrchestrationStatus.Terminated } ended => $"terminated {ended.Result}",
            { OrchestrationStatus: OrchestrationStatus.Failed } failed =>
                $"{action.Id} failed {failed.FailureDetails.ErrorType} {failed.FailureDetails.ErrorMessage} {failed.FailureDetails.IsNonRetriable}",
            { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew } again => $"{action.Id} again {Json(again.Result)}",
            var done => $"{action.Id} {done.OrchestrationStatus} {(done.Result.StartsWith('{') ? "an object" : Json(done.Result))}",
        },
    };

    private static string? Json(string? text) => text is null ? null : JsonSerializer.Serialize(JsonDocument.Parse(text).RootElement);

    private static void AssertSameJson(string? expected, string? actual) =>
        Assert.True(expected == actual || JsonElement.DeepEquals(JsonDocument.Parse(expected ?? "null").RootElement, JsonDocument.Parse(actual ?? "null").RootElement), $"expected {expected}, was {actual}");
}
