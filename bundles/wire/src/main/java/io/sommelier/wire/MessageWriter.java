package io.sommelier.wire;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;

/** Writes COMMAND and the parts of replies; {@code PROTOCOL.md} shows their bytes. A message that does not fit a frame is begun with an empty piece. */
final class MessageWriter {
    /** No frame written here is longer, whatever the peer takes: others of the same socket wait for a frame. */
    static final int MAX_WRITTEN_BYTES = 64 * 1024;

    private final FrameWriter writer;
    private int mostBytes = MAX_WRITTEN_BYTES;
    private int frameBytes = LinkSettings.MIN_FRAME_BYTES;

    MessageWriter(FrameWriter writer) {
        this.writer = writer;
    }

    void maxFrameBytes(int bytes) {
        frameBytes = Math.min(bytes, mostBytes);
    }

    /** Writes frames as long as the peer takes them. */
    void wholeMessages() {
        mostBytes = LinkSettings.MAX_FRAME_BYTES;
    }

    /** Writes a command; {@code false} when its payload has to follow in pieces. */
    boolean command(
            int stream,
            Command command,
            long remainingNanos,
            long credit,
            boolean delivered,
            String source,
            String principal,
            int attempt) {
        boolean hasKey = !command.idempotencyKey().isEmpty();
        boolean hasTrace = !command.traceparent().isEmpty();
        boolean hasReplay = command.replayOf().isPresent();
        boolean hasHeaders = !command.headers().isEmpty();
        int flags = (command.durable() ? Frames.COMMAND_DURABLE : 0)
                | (command.idempotent() ? Frames.COMMAND_IDEMPOTENT : 0)
                | (hasKey ? Frames.COMMAND_KEY : 0)
                | (hasTrace ? Frames.COMMAND_TRACE : 0)
                | (hasReplay ? Frames.COMMAND_REPLAY : 0)
                | (delivered ? Frames.COMMAND_DELIVERED : 0)
                | (hasHeaders ? Frames.HEADERS : 0);
        writer.begin(Frames.COMMAND, flags, stream)
                .id(command.id())
                .u64(Math.max(0, remainingNanos) / 1000)
                .u32((int) credit)
                .u8(command.hops())
                .name(command.operation())
                .name(command.target().targetId())
                .name(command.target().instance())
                .name(command.contentType());
        if (hasKey) {
            writer.name(command.idempotencyKey());
        }
        if (hasTrace) {
            writer.name(command.traceparent());
        }
        if (hasReplay) {
            writer.id(command.replayOf().get());
        }
        if (delivered) {
            writer.name(source).text(principal).u32(attempt);
        }
        if (hasHeaders) {
            writer.headers(command.headers());
        }
        return end(command.payload());
    }

    /** Writes a part; {@code false} when its payload has to follow in pieces. */
    boolean part(int stream, Part part) {
        PartStatus status = part.status();
        boolean hasContentType = !part.contentType().isEmpty();
        boolean hasStatus = part.suggestedStatus() != 0;
        boolean hasHeaders = !part.headers().isEmpty();
        int flags = (hasContentType ? Frames.PART_CONTENT_TYPE : 0)
                | (hasStatus ? Frames.PART_STATUS : 0)
                | (hasHeaders ? Frames.HEADERS : 0);
        writer.begin(type(status), flags, stream);
        if (status == PartStatus.DATA) {
            writer.u64(part.sequence());
        } else if (status.isTerminal()) {
            writer.u64(part.finalCount());
        }
        if (status == PartStatus.FAILED) {
            error(part.error().orElseThrow());
        }
        if (hasContentType) {
            writer.name(part.contentType());
        }
        if (hasStatus) {
            writer.u16(part.suggestedStatus());
        }
        if (hasHeaders) {
            writer.headers(part.headers());
        }
        return end(part.payload());
    }

    /** Writes a FAILED part with nothing but its error. */
    void failed(int stream, long finalCount, CommandError error) {
        writer.begin(Frames.FAILED, 0, stream).u64(finalCount);
        error(error);
        writer.end();
    }

    /** Writes one CONTINUATION with as much as fits. Returns where the next one starts. */
    int continuation(int stream, Payload payload, int offset) {
        int left = payload.size() - offset;
        int piece = Math.min(left, frameBytes - Frames.HEADER_BYTES);
        writer.begin(Frames.CONTINUATION, piece < left ? Frames.MORE : 0, stream)
                .end(payload, offset, piece);
        return offset + piece;
    }

    private void error(CommandError error) {
        if (error.retryable()) {
            writer.addFlag(Frames.FAILED_RETRYABLE);
        }
        writer.u16(error.code().number())
                .u8(error.outcome().number())
                .u8(error.stage().number())
                .text(error.message());
    }

    private boolean end(Payload payload) {
        if (writer.size() + payload.size() <= frameBytes) {
            writer.end(payload, 0, payload.size());
            return true;
        }
        writer.addFlag(Frames.MORE);
        writer.u32(payload.size()).end();
        return false;
    }

    private static int type(PartStatus status) {
        return switch (status) {
            case ACCEPTED -> Frames.ACCEPTED;
            case DATA -> Frames.DATA;
            case COMPLETE -> Frames.COMPLETE;
            case FAILED -> Frames.FAILED;
        };
    }
}
