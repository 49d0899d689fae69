using Holdfast.Control.Documents;
using Holdfast.Orchestrations.Activities;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>Writes the digest of a target's day, once: also when everything is good, so that its absence is a sign.</summary>
internal sealed class WriteDigest(RunRecords records) : RunActivity<NotifySubject, bool>(records)
{
    public const string Name = nameof(WriteDigest);

    protected override async Task<bool> DoAsync(NotifySubject subject, CancellationToken cancellation)
    {
        var control = Records.Environment.Control;
        var kept = await new ControlDocuments(control).ReadNotificationAsync(subject.Target, cancellation);
        if (kept?.Document is not { Digest: { } digest } target || DigestDay.Due(digest, subject.Now) is not { } day)
            return false;
        var state = await NotifiedState.ReadAsync(control, target.Name, cancellation);
        if (state.Digest >= day)
            return false;
        var notice = await DigestText.WriteAsync(Records.Environment, Records.Reports, target, day, subject.Now, cancellation);
        await AssignNotices.QueueAsync(control, target.Name, new(notice, subject.Now, 0, 0), cancellation);
        await (state with { Digest = day }).WriteAsync(control, target.Name, subject.Now, cancellation);
        return true;
    }
}
