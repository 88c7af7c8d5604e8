package io.sommelier.bench.relay;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/**
 * The layout of a frame:
 *
 * <pre>
 * u32  length of what follows, 16 + n
 * u32  destination, the number of a client; 0 is the relay itself
 * u32  source, the number of the client that sent it
 * u64  correlation, chosen by the requester, returned by the responder
 *   n  bytes of payload
 * </pre>
 *
 * A client's first frame goes to the relay and carries its number as the source; the relay returns it when the client
 * can be reached.
 */
final class RelayFrame {
    static final int DESTINATION_AT = 4;
    static final int SOURCE_AT = 8;
    static final int CORRELATION_AT = 12;
    static final int HEADER_BYTES = 20;
    static final int MAX_FRAME_BYTES = 1024 * 1024;
    static final int MAX_CLIENTS = 65_536;

    private RelayFrame() {}

    /** Cuts the stream of bytes into frames, each with its length in front. */
    static ChannelHandler decoder() {
        return new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 0, 4);
    }

    static ByteBuf create(ByteBufAllocator allocator, int destination, int source, long correlation, byte[] payload) {
        return begin(allocator, destination, source, correlation, payload.length)
                .writeBytes(payload);
    }

    /** The frame that answers another one with the same payload. */
    static ByteBuf echo(ByteBufAllocator allocator, ByteBuf frame) {
        int payloadBytes = frame.readableBytes() - HEADER_BYTES;
        return begin(allocator, source(frame), destination(frame), correlation(frame), payloadBytes)
                .writeBytes(frame, frame.readerIndex() + HEADER_BYTES, payloadBytes);
    }

    private static ByteBuf begin(
            ByteBufAllocator allocator, int destination, int source, long correlation, int payloadBytes) {
        return allocator
                .buffer(HEADER_BYTES + payloadBytes)
                .writeInt(HEADER_BYTES - 4 + payloadBytes)
                .writeInt(destination)
                .writeInt(source)
                .writeLong(correlation);
    }

    static int destination(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + DESTINATION_AT);
    }

    static int source(ByteBuf frame) {
        return frame.getInt(frame.readerIndex() + SOURCE_AT);
    }

    static long correlation(ByteBuf frame) {
        return frame.getLong(frame.readerIndex() + CORRELATION_AT);
    }
}
