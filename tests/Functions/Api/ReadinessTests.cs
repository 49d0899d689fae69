using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Functions.App;
using Holdfast.Functions.Health;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Api;

public sealed class ReadinessTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SettableTime time = new(Noon);
    private readonly FaultyStore vault = new(new MemoryStore(versions: false));
    private readonly HoldfastApp app;

    public ReadinessTests() =>
        app = new(
            new AppSettings(_ => null),
            new RunEnvironment((_, _) => throw new NotSupportedException(), vault, new MemoryDocuments(), time),
            [],
            time,
            NullLoggerFactory.Instance
        );

    private int Asked => vault.Count(StoreOperation.Read);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task What_was_found_is_repeated_for_some_seconds_and_checked_again_after_them()
    {
        await LookAsync();
        time.Now += Readiness.Kept - TimeSpan.FromMilliseconds(1);
        await LookAsync();
        Assert.Equal(1, Asked);

        time.Now += TimeSpan.FromMilliseconds(1);
        await LookAsync();

        Assert.Equal(2, Asked);
    }

    [Fact]
    public async Task A_key_that_is_not_at_hand_is_named_and_nothing_is_said_of_it_where_none_is_needed()
    {
        Assert.Equal(["vault", "control"], (await LookAsync()).Select(c => c.Name));
        var passphrase = PassphraseWrap.Of("correct horse battery staple");
        await new KeyRotation(vault, passphrase, time).EncryptAsync(EncryptionScope.Secrets, default);
        time.Now += Readiness.Kept;

        var check = (await LookAsync())[^1];

        Assert.Equal(("encryption", false), (check.Name, check.Works));
        Assert.Contains("passphrase", check.Message);
    }

    [Fact]
    public async Task A_fault_is_repeated_as_well_and_so_is_its_end()
    {
        vault.Fail(StoreOperation.Read, 1, ArchiveFailure.Unreachable);

        Assert.False((await LookAsync())[0].Works);
        Assert.False((await LookAsync())[0].Works);
        time.Now += Readiness.Kept;

        Assert.True((await LookAsync())[0].Works);
        Assert.Equal(2, Asked);
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_look_is_taken_and_who_goes_away_stops_no_other()
    {
        var answers = new TaskCompletionSource();
        vault.Before((_, _) => answers.Task);
        using var impatient = new CancellationTokenSource();
        var gone = app.Readiness.LookAsync(impatient.Token);
        var others = Enumerable.Range(0, 50).Select(_ => LookAsync()).ToList();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        answers.SetResult();

        Assert.All(await Task.WhenAll(others), checks => Assert.All(checks, check => Assert.True(check.Works, check.Message)));
        Assert.Equal(1, Asked);
    }

    private Task<HealthCheck[]> LookAsync() => app.Readiness.LookAsync(CancellationToken.None);
}
