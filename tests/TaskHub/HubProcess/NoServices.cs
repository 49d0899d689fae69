namespace Holdfast.HubProcess;

/// <summary>For tasks that need none.</summary>
internal sealed class NoServices : IServiceProvider
{
    public object? GetService(Type serviceType) => null;
}
