using System.Globalization;
using Microsoft.DurableTask;

namespace Holdfast.SampleWorker;

/// <summary>How long to take, and the file that gets the process's id at the beginning, one line each time.</summary>
public sealed record SleepOrder(string File, int Milliseconds)
{
    public void Sign() => System.IO.File.AppendAllText(File, $"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}\n");
}

public sealed record SeenFailure(string Type, string Message);

public sealed class SampleFailedException(string message, Exception? inner) : Exception(message, inner);

[DurableTask("Multiply")]
public sealed class Multiply : TaskActivity<int, int>
{
    public override Task<int> RunAsync(TaskActivityContext context, int input) => Task.FromResult(input * input);
}

[DurableTask("Repeat")]
public sealed class Repeat : TaskActivity<string, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult(input);
}

[DurableTask("Sleep")]
public sealed class Sleep : TaskActivity<SleepOrder, int>
{
    public override async Task<int> RunAsync(TaskActivityContext context, SleepOrder input)
    {
        input.Sign();
        await Task.Delay(input.Milliseconds);
        return Environment.ProcessId;
    }
}

[DurableTask("Fail")]
public sealed class Fail : TaskActivity<string, string>
{
    public override Task<string> RunAsync(TaskActivityContext context, string input) =>
        throw new SampleFailedException(input, new InvalidOperationException("the cause"));
}
