using Holdfast.Control.Registration;

namespace Holdfast.Control.Policies;

/// <summary>Where else the snapshots of Azure disks are copied to, so that they outlive their region.</summary>
/// <param name="Region">As Azure names it: <c>northeurope</c>.</param>
/// <param name="ResourceGroup">Where the copies are made; null: in the group of the snapshots.</param>
public sealed record VolumeCopyPlace(string Region, AzureGroupId? ResourceGroup = null);
