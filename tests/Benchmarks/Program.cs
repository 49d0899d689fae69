using System.Globalization;
using Holdfast.Benchmarks.Cases;
using Holdfast.Benchmarks.Measuring;

// Started by bench.sh: holdfast-bench ROOT HOLDFAST [PAIRS] [capture|newer|restore|verify|space|catalogue|hub]
if (args is not [var root, var holdfast, ..])
{
    Console.Error.WriteLine("holdfast-bench: start it with ./bench.sh");
    return 2;
}
var pairs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var only = args.Length > 3 ? args[3] : "";
var newer = Environment.GetEnvironmentVariable("HOLDFAST_NEWER");
var tools = new Tools(root, holdfast, string.IsNullOrEmpty(newer) ? null : newer);
var board = new Scoreboard();
Console.WriteLine(
    $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB; medians of {pairs} alternating pairs"
);
if (only is "" or "capture")
    await new CaptureCases(tools, board, pairs).RunAsync();
if (only is "newer" || (only is "" && tools.Newer is not null))
    await new CaptureCases(tools, board, pairs).RunNewerAsync();
if (only is "" or "restore")
    await new RestoreCases(tools, board, pairs).RunAsync();
if (only is "" or "verify")
    await new VerifyCases(tools, board, pairs).RunAsync();
if (only is "" or "space")
    await new SpaceCases(tools, board).RunAsync();
if (only is "" or "catalogue")
    await new CatalogueCases(tools, board, pairs).RunAsync();
if (only is "" or "hub")
    await new HubCases(board, pairs).RunAsync();
board.Write(Path.Combine(root, "artifacts", "bench.json"));
Console.WriteLine();
Console.Write(board.Table());
return board.AllHold ? 0 : 1;
