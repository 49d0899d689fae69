using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>What the target said to a plan's writes when they were sent to it as a dry run, which changes nothing.</summary>
/// <param name="Checked">Writes that were sent.</param>
/// <param name="Findings">Those that it would refuse, or not keep as they are; by the number of the step.</param>
/// <param name="NotChecked">Those that could not be sent; by the number of the step.</param>
public sealed record PlanDryRun(int Checked, ImmutableArray<DryRunFinding> Findings, ImmutableArray<DryRunGap> NotChecked);

/// <param name="Refused">Why the target would refuse it; null: it would not. Holds no secret.</param>
/// <param name="Altered">What it would not keep as it is; null: it would keep everything.</param>
public sealed record DryRunFinding(int Step, string? Refused = null, AlteredFields? Altered = null);

/// <param name="Reason">Why the target could not be asked about it.</param>
public sealed record DryRunGap(int Step, string Reason);
