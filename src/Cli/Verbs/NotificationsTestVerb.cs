using System.CommandLine;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Control.Hooks;
using Holdfast.Control.Notifications;
using Holdfast.Orchestrations.Notifying;

namespace Holdfast.Cli.Verbs;

internal sealed class NotificationsTestVerb : Verb
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Argument<string> name = new("NAME") { Description = "The notification's name" };
    private readonly ControlOption control = new();
    private readonly Option<string> limit = new("--wait-limit")
    {
        HelpName = "DURATION",
        Description = "For how long to wait until the service has sent it: 90s, 5m; 0s: don't. Default: 3m",
        DefaultValueFactory = _ => "3m",
    };

    public NotificationsTestVerb()
        : base("test", "Have the service send a sample message, and wait until it arrived", "text", "json")
    {
        Add(name);
        AddAll([control.Control, limit]);
    }

    public override string Refused => "failed";

    public override IReadOnlyList<Example> Examples =>
        [new("holdfast notifications test on-call", "Does it arrive? The service sends it, with its own credentials")];

    public override async Task<ExitCode> RunAsync(Invocation invocation)
    {
        if (GoDuration.TryParse(invocation.Get(limit)!) is not { Ticks: >= 0 } patience)
            throw new UsageException($"--wait-limit '{invocation.Get(limit)}' isn't a duration like 90s or 5m");
        var store = control.Open(invocation).Store;
        var kept = await new ControlEdit<NotificationTarget>(EditedKinds.Notifications, store, invocation).RequireAsync(
            invocation.Get(name)!
        );
        if (!kept.IsValid)
            throw new FailedException(kept.Trouble);
        var now = invocation.Time.GetUtcNow();
        var id = await TestMessages.QueueAsync(store, kept.Name, Environment.UserName, now, invocation.Cancellation);
        for (var began = invocation.Time.GetTimestamp(); ; await Task.Delay(Pause, invocation.Time, invocation.Cancellation))
        {
            var (isGone, failure) = await TestMessages.LookAsync(store, kept.Name, id, invocation.Cancellation);
            if (failure is not null)
                throw new FailedException($"it can't be delivered: {failure}. The service will try it again");
            if (isGone || invocation.Time.GetElapsedTime(began) >= patience)
                return Print(invocation, new(kept.Name, id, isGone));
        }
    }

    private static ExitCode Print(Invocation invocation, TestedDocument tested)
    {
        if (invocation.Json)
            invocation.Screen.Json(tested, OutputJson.Plain.TestedDocument);
        else if (tested.Delivered)
            invocation.Screen.Line($"message {tested.Message} was delivered to {tested.Notification}");
        else
            invocation.Screen.Warn($"message {tested.Message} waits to be sent; is the service running?");
        return tested.Delivered ? ExitCode.Done : ExitCode.Partial;
    }
}
