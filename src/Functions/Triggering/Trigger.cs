namespace Holdfast.Functions.Triggering;

/// <summary>One function of the app: its name is the path that the Functions host posts to, and the folder of its function.json.</summary>
internal abstract record Trigger(string Name)
{
    public sealed record Orchestration(string Name) : Trigger(Name);

    public sealed record Activity(string Name) : Trigger(Name);

    /// <param name="Schedule">NCRONTAB with seconds, UTC.</param>
    public sealed record Timer(string Name, string Schedule) : Trigger(Name);

    /// <summary>HTTP in JSON form: the durable client comes with each request.</summary>
    /// <param name="Route">Below the route prefix <c>api</c>.</param>
    public sealed record Http(string Name, string Route) : Trigger(Name);
}
