package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Knows every buffer it gave out, and so whether all came back. */
final class TrackingAllocator extends AbstractByteBufAllocator {
    private final List<ByteBuf> given = new ArrayList<>();
    private long bytesGiven;

    TrackingAllocator() {
        super(true);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return track(UnpooledByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity));
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return track(UnpooledByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity));
    }

    private ByteBuf track(ByteBuf buffer) {
        given.add(buffer);
        bytesGiven += buffer.capacity();
        return buffer;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    /** The bytes of all buffers ever given, as they were at first. */
    long bytesGiven() {
        return bytesGiven;
    }

    /** The bytes of those that have not come back. */
    long bytesOut() {
        given.removeIf(buffer -> buffer.refCnt() == 0);
        return given.stream().mapToLong(ByteBuf::capacity).sum();
    }

    void assertAllReleased() {
        assertThat(given).allSatisfy(buffer -> assertThat(buffer.refCnt()).isZero());
    }
}
