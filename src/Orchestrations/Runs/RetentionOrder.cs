namespace Holdfast.Orchestrations.Runs;

/// <summary>Expire and purge points of every cluster in the vault, by the policies as they are when it is done.</summary>
public sealed record RetentionOrder : OrderRef;
