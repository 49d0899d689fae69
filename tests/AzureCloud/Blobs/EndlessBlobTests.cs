using System.Net;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Control;

namespace Holdfast.AzureCloud.Tests.Blobs;

/// <summary>Blobs that others put into a container: larger than memory, or without an end.</summary>
public sealed class EndlessBlobTests
{
    private const string Seal = "clusters/prod/points/20261122T053000Z-1a2b3c/seal.json";
    private const long FiveGigabytes = 5L << 30;

    /// <param name="claimed">Null: the service doesn't say.</param>
    [Theory]
    [InlineData(FiveGigabytes), InlineData(null), InlineData(10L)]
    public async Task A_blob_without_end_is_refused_by_name_and_little_of_it_is_read(long? claimed)
    {
        using var zeros = new Zeros();
        var store = new ScriptedService(_ => Answer(zeros, claimed)).Store();

        var refused = await Assert.ThrowsAsync<ArchiveException>(() => store.ReadAsync(Seal, null, default));

        Assert.Equal(ArchiveFailure.Malformed, refused.Failure);
        Assert.Contains(Seal, refused.Message);
        Assert.True(zeros.Taken <= 2 * FormatLimits.SealBytes, $"{zeros.Taken} bytes were read");
    }

    [Fact]
    public async Task A_service_that_answers_a_range_with_more_is_refused()
    {
        using var zeros = new Zeros();
        var store = new ScriptedService(_ => Answer(zeros, null)).Store();

        await Assert.ThrowsAsync<ArchiveException>(() => store.ReadRangeAsync("clusters/prod/packs/a.ndjson.gz", null, 0, 100, default));

        Assert.True(zeros.Taken <= FormatLimits.SealBytes, $"{zeros.Taken} bytes were read");
    }

    [Fact]
    public async Task A_control_document_larger_than_any_is_refused_by_name_and_not_read()
    {
        using var zeros = new Zeros();
        var documents = BlobDocumentFaultTests.Documents(new ScriptedService(_ => Answer(zeros, FiveGigabytes)));

        var refused = await Assert.ThrowsAsync<ControlException>(() => documents.ReadAsync("policies/nightly.json", default));

        Assert.Equal((ControlFailure.Malformed, "policies/nightly.json"), (refused.Failure, refused.Path));
        Assert.Equal(0, zeros.Taken);
    }

    [Theory]
    [
        InlineData(0, 0),
        InlineData(0, 1),
        InlineData(0, 99_999),
        InlineData(0, 100_000),
        InlineData(99_999, 100_000),
        InlineData(100_000, 100_000),
        InlineData(1, 70_000)
    ]
    public async Task Whatever_is_claimed_as_many_bytes_are_read_as_there_are(long claimed, int there)
    {
        var content = new byte[there];
        new Random(there).NextBytes(content);

        Assert.Equal(content, await BoundedContent.ReadAsync(new MemoryStream(content), claimed, 100_000, default));
        Assert.Null(await BoundedContent.ReadAsync(new MemoryStream(new byte[100_001]), claimed, 100_000, default));
    }

    private static HttpResponseMessage Answer(Stream content, long? claimed)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(content) };
        answer.Content.Headers.ContentLength = claimed;
        answer.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        answer.Headers.ETag = new("\"0x1\"");
        return answer;
    }

    /// <summary>Has no end; counts what was read of it.</summary>
    private sealed class Zeros : Stream
    {
        public long Taken { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position
        {
            get => Taken;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Array.Clear(buffer, offset, count);
            Taken += count;
            return count;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
