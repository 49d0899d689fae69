namespace Holdfast.Functions.Problems;

/// <summary>The app can't work as it is set up.</summary>
internal sealed class AppFaultException(IReadOnlyList<string> faults)
    : Exception($"the app is not set up: {string.Join("; ", faults)}. docs/settings.md explains every setting");
