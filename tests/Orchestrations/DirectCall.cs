using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Tests;

/// <summary>The context of an activity that a test calls directly.</summary>
internal sealed class DirectCall(string activity, string instance) : TaskActivityContext
{
    public override TaskName Name => activity;

    public override string InstanceId => instance;
}
