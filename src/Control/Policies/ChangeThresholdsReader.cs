using Holdfast.Control.Reading;

namespace Holdfast.Control.Policies;

/// <summary>Reads from when on a policy's captures warn of changes.</summary>
internal static class ChangeThresholdsReader
{
    private const int Most = 1_000_000;

    public static ChangeThresholds Read(DocumentSection section)
    {
        var usual = new ChangeThresholds();
        int Objects(string member, int otherwise) => section.Whole(member, 0, Most, "Objects") ?? otherwise;
        int Percent(string member, int otherwise) => section.Whole(member, 1, 100, "Percent") ?? otherwise;
        var thresholds = new ChangeThresholds(
            Objects("deletedObjects", usual.DeletedObjects),
            Percent("deletedPercent", usual.DeletedPercent),
            Objects("changedSecrets", usual.ChangedSecrets),
            Percent("changedSecretsPercent", usual.ChangedSecretsPercent),
            Objects("newClusterAdmins", usual.NewClusterAdmins),
            Objects("newWebhooks", usual.NewWebhooks),
            Objects("newPrivilegedWorkloads", usual.NewPrivilegedWorkloads)
        );
        section.RefuseUnknown();
        return thresholds;
    }
}
