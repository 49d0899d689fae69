namespace Holdfast.TestKit.Functions.Durable;

/// <summary>What runs the orchestrations of a <see cref="FunctionsHost"/>, and answers the durable client in its worker.</summary>
public interface IDurableEngine : IAsyncDisposable
{
    /// <summary>
    /// Starts when the worker's functions are known, and returns the JSON that a durable client's binding takes. Called once.
    /// </summary>
    Task<string> StartAsync(FunctionsHost host);
}
