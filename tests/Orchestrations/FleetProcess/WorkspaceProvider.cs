using Holdfast.Orchestrations;

namespace Holdfast.FleetProcess;

/// <summary>Gives activities what they share.</summary>
internal sealed class WorkspaceProvider(RunWorkspace workspace) : IServiceProvider
{
    public object? GetService(Type serviceType) => serviceType == typeof(RunWorkspace) ? workspace : null;
}
