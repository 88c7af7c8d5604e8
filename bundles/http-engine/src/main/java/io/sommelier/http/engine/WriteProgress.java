package io.sommelier.http.engine;

import io.netty.channel.ChannelOutboundBuffer;

/** Sees whether a socket takes anything of what waits to be written to it. Confined to the event loop of its connection. */
final class WriteProgress {
    private long pending;
    private long progress;
    private Object current;
    private long sinceNanos;

    /** For how long nothing was taken although something waits; 0 when nothing waits. Asked regularly. */
    long stalledNanos(ChannelOutboundBuffer out, long now) {
        long nowPending = out.totalPendingWriteBytes();
        long nowProgress = out.currentProgress();
        Object nowCurrent = out.current();
        boolean isStalled = nowPending > 0 && nowCurrent == current && nowProgress == progress && pending > 0;
        pending = nowPending;
        progress = nowProgress;
        current = nowCurrent;
        if (!isStalled) {
            sinceNanos = now;
        }
        return now - sinceNanos;
    }
}
