using Holdfast.Protection.Control;
using Holdfast.TestKit.Stores;

namespace Holdfast.Protection.Tests.Control;

public sealed class MemoryDocumentsTests : DocumentStoreSuite
{
    protected override IDocumentStore Store { get; } = new MemoryDocuments();
}
