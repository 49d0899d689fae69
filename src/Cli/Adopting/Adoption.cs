using System.Collections.Immutable;
using Holdfast.Archive.Points;
using Holdfast.Capture;
using Holdfast.Cli.Connections;
using Holdfast.Cli.Editing;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;
using Holdfast.Cli.Runs;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Cli.Adopting;

/// <summary>The steps by which a cluster becomes one of a service's, and what came of each.</summary>
internal sealed class Adoption(Invocation invocation, OpenedCluster cluster, ClusterRegistration registration, EditedControl service)
{
    private static readonly TimeSpan GrantPatience = TimeSpan.FromSeconds(10);

    private ClusterIdentity? identity;
    private ImmutableArray<RoleChange>? roles;
    private FoundRights? rights;
    private CaptureReport? captured;
    private bool isImpersonated;

    public required ImmutableArray<RolePurpose> Purposes { get; init; }

    /// <summary>Whom the service is in the cluster; null: the kubeconfig's own user.</summary>
    public required RoleSubject? Subject { get; init; }

    public bool NewIncarnation { get; init; }

    public EditResult Edit { get; set; }

    /// <summary>Reaches the cluster, and compares it with the points that there are under the name.</summary>
    /// <exception cref="UsageException">They are of another cluster.</exception>
    public async Task ConnectAsync()
    {
        identity = await ClusterIdentity.ReadAsync(cluster.Connection, invocation.Cancellation);
        if (await KnownUidAsync() is not { } known || known == identity.Uid || NewIncarnation)
            return;
        throw new UsageException(
            $"the points under '{registration.Name}' are of another cluster: its uid is {known}, and {cluster.Context} has {identity.Uid}. "
                + "Choose another name, or give --new-incarnation if the cluster was created again"
        );
    }

    /// <summary>Shows what changes, asks, and applies.</summary>
    public async Task ApplyAsync(bool sure)
    {
        var application = new RoleApplication(cluster.Connection);
        var changes = await application.TryAsync(RoleManifests.Of(Purposes, Subject!), invocation.Cancellation);
        foreach (var change in changes)
            Show(change);
        if (!sure && changes.Any(change => change.IsChange))
        {
            if (!invocation.Screen.IsInteractive)
                throw new UsageException("--apply needs --yes where no one can be asked");
            if (!await invocation.Screen.ConfirmAsync($"Apply this to {cluster.Context}?", invocation.Cancellation))
                throw new FailedException("not confirmed: nothing was changed");
        }
        await application.ApplyAsync(changes, invocation.Cancellation);
        roles = changes;
    }

    /// <summary>Asks which permissions the service's identity has, as far as this user may ask for another.</summary>
    public async Task CheckAsync()
    {
        isImpersonated = Subject is not null && await MayImpersonateAsync(Subject);
        if (Subject is not null && !isImpersonated)
        {
            invocation.Screen.Warn(
                $"the permissions of {Subject} weren't checked: these credentials may not impersonate it. The service checks its own: GET "
                    + $"/api/clusters/{registration.Name}/check"
            );
            return;
        }
        using var connection = Connect();
        var asked = AskedRights.Of(Purposes);
        rights = await asked.AskUntilGrantedAsync(connection, roles is null ? TimeSpan.Zero : GrantPatience, invocation.Cancellation);
    }

    /// <summary>Makes a point with the rights of the service's identity, where this user may.</summary>
    public async Task CaptureAsync()
    {
        using var signer = SignatureKeys.Signer();
        var vault = invocation.OpenVaultOr(service.IsOwn ? LocalService.Vault : null, create: true);
        using var connection = Connect();
        invocation.WhenCancelled = "the cluster is registered, and no recovery point was made";
        await using var display = ProgressDisplay.Start(invocation.Screen);
        var progress = display.For<CaptureProgress>(p => new(p.Phase, p.Objects, p.ExpectedObjects, "objects", Readable.Size(p.Bytes)));
        captured = await new LocalRun(connection, vault.Store, invocation.Time, signer) { Trust = SignatureKeys.OfCapture() }.CaptureAsync(
            registration.Name,
            new() { NewIncarnation = NewIncarnation, Volumes = Volumes },
            progress,
            invocation.Cancellation
        );
    }

    public ExitCode Print()
    {
        var next = AdoptionAdvice.Of(registration, cluster, service, Subject, Purposes, rights, captured is not null);
        if (invocation.Json)
            invocation.Screen.Json(Document(next), OutputJson.Plain.AdoptionDocument);
        else
            PrintText(next);
        return rights is { Missing.IsEmpty: false } || captured is { State: not CaptureState.Succeeded } ? ExitCode.Partial : ExitCode.Done;
    }

    private VolumeHandling Volumes => Purposes.Contains(RolePurpose.Volumes) ? default : VolumeHandling.None;

    private ClusterConnection Connect() => cluster.ConnectAs(isImpersonated ? Subject!.Impersonation : cluster.Endpoint.ExtraHeaders);

    private Task<bool> MayImpersonateAsync(RoleSubject subject) =>
        new PermissionReview(cluster.Connection).MayAsync("impersonate", "", subject.Impersonated, invocation.Cancellation);

    /// <summary>Of the newest point under the name; null: there is none, or no vault is named.</summary>
    private async Task<string?> KnownUidAsync()
    {
        if (invocation.FindVault(service.IsOwn ? LocalService.Vault : null) is not { } vault)
            return null;
        var points = await SealedPoints.ListAsync(vault.Store, registration.Name, invocation.Cancellation);
        return points.LastOrDefault()?.Seal.ClusterUid.ToString();
    }

    private void Show(RoleChange change)
    {
        var (screen, ink) = (invocation.Screen, invocation.Screen.ErrorInk);
        screen.Note($"  {(change.IsChange ? ink.Yellow(change.Word) : change.Word)} {change.Manifest}");
        foreach (var field in change.Diff)
            FieldText.Print(field, ink, screen.Note);
    }

    private AdoptionDocument Document(ImmutableArray<string> next) =>
        new()
        {
            Cluster = registration.Name.ToString(),
            Server = registration.Endpoint?.ToString(),
            ClusterUid = identity?.Uid,
            Registration = Edit.ToString().ToLowerInvariant(),
            Control = service.Text,
            Roles = roles?.Select(change => new AppliedRoleDocument(change.Manifest.ToString(), change.Word)),
            Subject = isImpersonated ? Subject!.ToString() : null,
            Missing = rights?.Missing.Select(m => new PermissionDocument(m.Verb, m.GroupResource)),
            Point = captured?.Point.ToString(),
            PointState = captured?.State.ToString(),
            Gaps = captured?.Gaps ?? [],
            Next = next,
        };

    private void PrintText(ImmutableArray<string> next)
    {
        var (screen, ink) = (invocation.Screen, invocation.Screen.Ink);
        var word = Edit == EditResult.Unchanged ? "registered already" : "registered";
        screen.Line($"{ink.Green(word)}  {ink.Bold(registration.Name.ToString())}  in {service.Text}");
        if (identity is not null)
            screen.Line($"  reachable at {cluster.Connection.Server}, {identity.ServerVersion}, identity {identity.Uid}");
        if (roles is { } applied)
            screen.Line($"  roles: {applied.Count(c => c.IsNew)} created, {applied.Count(c => c.IsChange && !c.IsNew)} updated");
        if (rights is { } found)
            PrintRights(screen, found);
        if (captured is { } point)
            CaptureText.Print(screen, point);
        foreach (var line in next)
            screen.Line($"  next: {line}");
    }

    private void PrintRights(Screen screen, FoundRights found)
    {
        var who = isImpersonated ? Subject!.ToString() : $"the user of {cluster.Context}";
        var what = string.Join(", ", Purposes.Select(RolePurposes.NameOf));
        if (found.Missing.IsEmpty)
            screen.Line($"  {who} has {screen.Ink.Green("every permission")} for {what}");
        foreach (var verbs in found.Missing.GroupBy(m => m.GroupResource))
            screen.Line($"  {screen.Ink.Red("not allowed:")} {string.Join(", ", verbs.Select(m => m.Verb))} {verbs.Key} ({who})");
    }
}
