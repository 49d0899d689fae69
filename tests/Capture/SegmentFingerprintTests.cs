using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Capture.Exporting;

namespace Holdfast.Capture.Tests;

public sealed class SegmentFingerprintTests
{
    [Fact]
    public void A_fingerprint_saved_anywhere_and_gone_on_with_elsewhere_is_the_same_as_in_one_go()
    {
        Prop.ForAll(
                ArbMap.Default.ArbFor<(NonNegativeInt, NonNegativeInt)>(),
                seed =>
                {
                    var items = Items(seed.Item1.Get * 7 % 400);
                    var cut = items.Length == 0 ? 0 : seed.Item2.Get % (items.Length + 1);
                    var first = Begin(items[..cut]);
                    var second = new SegmentFingerprint();
                    second.Restore(first.Save());
                    Feed(second, items[cut..]);
                    return second.Complete() == Begin(items).Complete();
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Items_in_another_order_number_or_version_and_another_header_give_another_fingerprint()
    {
        var items = Items(300);
        ContentDigest[] all =
        [
            Begin(items).Complete(),
            Begin(items[1..]).Complete(),
            Begin([.. items.Reverse()]).Complete(),
            Begin([.. items[..299], (items[299].Uid, "other")]).Complete(),
            Begin(items, "other").Complete(),
            Begin([]).Complete(),
            Begin([], "other").Complete(),
        ];

        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void A_fingerprint_begun_again_has_forgotten_what_was_before()
    {
        var used = Begin(Items(500));
        used.Begin("header"u8);
        Feed(used, Items(5));

        Assert.Equal(Begin(Items(5)).Complete(), used.Complete());
    }

    [Theory]
    [InlineData(""), InlineData("AAAA"), InlineData("not base64")]
    public void What_is_no_saved_state_is_refused(string text) =>
        Assert.Throws<ArgumentException>(() => new SegmentFingerprint().Restore(text));

    private static SegmentFingerprint Begin((string Uid, string Version)[] items, string header = "header")
    {
        var print = new SegmentFingerprint();
        print.Begin(Encoding.UTF8.GetBytes(header));
        Feed(print, items);
        return print;
    }

    private static void Feed(SegmentFingerprint print, (string Uid, string Version)[] items)
    {
        foreach (var (uid, version) in items)
            print.Item(Encoding.UTF8.GetBytes(uid), Encoding.UTF8.GetBytes(version));
    }

    private static (string Uid, string Version)[] Items(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ($"0b5e2a86-5a6c-4f4e-9f2b-{i:000000000000}", $"{i * 31}"))];
}
