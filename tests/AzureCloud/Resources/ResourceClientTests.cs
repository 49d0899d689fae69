using System.Text.Json.Nodes;
using Holdfast.AzureCloud.Resources;
using Holdfast.AzureCloud.Tests.Disks;
using Holdfast.Control.Clouds;
using Holdfast.TestKit.Arm;

namespace Holdfast.AzureCloud.Tests.Resources;

public sealed class ResourceClientTests : IAsyncLifetime
{
    private const string Version = "2023-10-02";
    private DiskCloud cloud = null!;
    private ResourceClient client = null!;

    public async Task InitializeAsync()
    {
        cloud = await DiskCloud.StartAsync();
        client = cloud.Client();
    }

    public async Task DisposeAsync() => await cloud.DisposeAsync();

    [Fact]
    public async Task What_exists_is_found_and_what_does_not_is_none()
    {
        Assert.Equal("pvc-1", (string?)(await client.FindAsync(cloud.Disk, Version, default))!["name"]);
        Assert.Null(await client.FindAsync(cloud.Disk + "x", Version, default));
        Assert.Null(
            await client.FindAsync(
                $"/subscriptions/{DiskCloud.Subscription}/resourceGroups/none/providers/Microsoft.Compute/disks/a",
                Version,
                default
            )
        );
    }

    [Fact]
    public async Task Lists_are_read_to_their_last_page()
    {
        cloud.Server.Resources.PageSize = 2;
        foreach (var number in Enumerable.Range(2, 6))
            cloud.Disks.Add(cloud.Group, $"pvc-{number}", "westeurope", 1);

        Assert.Equal(7, (await client.ListAsync($"{cloud.Group}/providers/Microsoft.Compute/disks", Version, default)).Count);
    }

    [Fact]
    public async Task A_throttled_request_is_sent_again_after_the_time_that_it_was_told()
    {
        cloud.Server.Faults.Throttle(2, TimeSpan.Zero);

        Assert.NotNull(await client.FindAsync(cloud.Disk, Version, default));
        Assert.Equal(3, cloud.Server.Requests.Count);
    }

    [Fact]
    public async Task A_subscription_that_wants_to_be_left_alone_is_not_asked_until_then()
    {
        cloud.Server.Faults.Throttle(1, TimeSpan.FromMinutes(5));

        var first = await Assert.ThrowsAsync<CloudException>(() => client.FindAsync(cloud.Disk, Version, default));
        var second = await Assert.ThrowsAsync<CloudException>(() => client.FindAsync(cloud.Disk, Version, default));
        var asked = cloud.Server.Requests.Count;
        cloud.Time.Now += TimeSpan.FromMinutes(5);

        Assert.Equal((CloudFailure.Throttled, TimeSpan.FromMinutes(5)), (first.Failure, first.RetryAfter));
        Assert.Equal(CloudFailure.Throttled, second.Failure);
        Assert.True(second.IsTransient);
        Assert.Equal(1, asked);
        Assert.NotNull(await client.FindAsync(cloud.Disk, Version, default));
    }

    [Fact]
    public async Task A_creation_whose_answer_was_lost_makes_nothing_twice()
    {
        cloud.Server.Faults.Lose(r => r.Method == "PUT");
        var id = $"{cloud.Group}/providers/Microsoft.Compute/disks/new";

        await client.PutAsync(id, Version, Empty(), default);

        Assert.Equal(2, cloud.Server.Requests.Count(r => r.Method == "PUT"));
        Assert.Equal(2, cloud.Server.Resources.IdsOf("Microsoft.Compute/disks").Count);
    }

    [Fact]
    public async Task An_operation_is_followed_to_its_end()
    {
        cloud.Server.Operations.Pace = new(3, TimeSpan.Zero);
        var id = $"{cloud.Group}/providers/Microsoft.Compute/disks/new";

        var (hasEnded, result) = await client.FollowAsync(
            await client.PutAsync(id, Version, Empty(), default),
            TimeSpan.FromMinutes(1),
            default
        );

        Assert.True(hasEnded);
        Assert.Equal("Succeeded", (string?)result!["properties"]!["provisioningState"]);
    }

    [Fact]
    public async Task An_operation_that_takes_longer_is_left_to_a_later_call()
    {
        cloud.Server.Operations.Pace = new(1000, TimeSpan.Zero);
        cloud.Server.Operations.RetryAfter = TimeSpan.FromMinutes(2);
        var begun = await client.PutAsync($"{cloud.Group}/providers/Microsoft.Compute/disks/new", Version, Empty(), default);

        Assert.Equal((false, null), await client.FollowAsync(begun, TimeSpan.FromMinutes(1), default));
    }

    [Theory]
    [InlineData("ZonalAllocationFailed", CloudFailure.NoCapacity)]
    [InlineData("InternalServerError", CloudFailure.Broken)]
    [InlineData("RequestDisallowedByPolicy", CloudFailure.DeniedByPolicy)]
    [InlineData("ScopeLocked", CloudFailure.Locked)]
    public async Task An_operation_that_fails_says_why(string code, CloudFailure failure)
    {
        cloud.Server.Faults.Fail(r => r.Method == "PUT", new ArmException(409, code, "no"));
        var begun = await client.PutAsync($"{cloud.Group}/providers/Microsoft.Compute/disks/new", Version, Empty(), default);

        var failed = await Assert.ThrowsAsync<CloudException>(() => client.FollowAsync(begun, TimeSpan.FromMinutes(1), default));

        Assert.Equal((failure, code), (failed.Failure, failed.Code));
    }

    public static TheoryData<ArmException, CloudFailure> Refusals =>
        new()
        {
            { ArmException.DeniedByPolicy("new", "Allowed locations"), CloudFailure.DeniedByPolicy },
            { ArmException.Forbidden("Microsoft.Compute/disks/write", "/subscriptions"), CloudFailure.Forbidden },
            { ArmException.NoSku("Premium_LRS", "westeurope"), CloudFailure.NoCapacity },
            { ArmException.NoGroup("none"), CloudFailure.NotFound },
            { new(409, "Conflict", "busy"), CloudFailure.Conflict },
            { new(409, "AnotherOperationInProgress", "busy"), CloudFailure.Conflict },
            { new(409, "ScopeLocked", "locked"), CloudFailure.Locked },
            { new(409, "MissingSubscriptionRegistration", "not registered"), CloudFailure.Invalid },
            {
                new(409, "DeploymentFailed", "see details")
                {
                    Details = [new JsonObject { ["code"] = "RequestDisallowedByPolicy", ["message"] = "no" }],
                },
                CloudFailure.DeniedByPolicy
            },
            { new(400, "InvalidParameter", "no"), CloudFailure.Invalid },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_is_told_apart_by_its_code(ArmException refusal, CloudFailure failure)
    {
        cloud.Server.Faults.Refuse(r => r.Method == "PUT", refusal, times: 1);

        var refused = await Assert.ThrowsAsync<CloudException>(() =>
            client.PutAsync($"{cloud.Group}/providers/Microsoft.Compute/disks/new", Version, Empty(), default)
        );

        Assert.Equal((failure, refusal.Code), (refused.Failure, refused.Code));
    }

    [Fact]
    public async Task A_version_that_is_not_served_is_refused()
    {
        var refused = await Assert.ThrowsAsync<CloudException>(() => client.FindAsync(cloud.Disk, "2000-01-01", default));

        Assert.Equal((CloudFailure.Invalid, "NoRegisteredProviderFound"), (refused.Failure, refused.Code));
    }

    [Fact]
    public async Task The_token_is_sent_to_no_other_host()
    {
        cloud.Server.Operations.Pace = new(1, TimeSpan.Zero);
        var begun = await client.PutAsync($"{cloud.Group}/providers/Microsoft.Compute/disks/new", Version, Empty(), default);
        var elsewhere = new ResourceAnswer(202, null) { Operation = new("https://elsewhere.invalid/operation") };

        Assert.NotNull(begun.Operation);
        var refused = await Assert.ThrowsAsync<CloudException>(() => client.FollowAsync(elsewhere, TimeSpan.FromMinutes(1), default));

        Assert.Equal(CloudFailure.Invalid, refused.Failure);
    }

    private static JsonObject Empty() =>
        new()
        {
            ["location"] = "westeurope",
            ["properties"] = new JsonObject
            {
                ["diskSizeGB"] = 1,
                ["creationData"] = new JsonObject { ["createOption"] = "Empty" },
            },
        };
}
