package io.sommelier.controller;

import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stop of one transport, which waits for what its connectors have sent. Thread-safe.
 *
 * <p>Among that may be commands that wait for a member which comes back over this very transport, so not before it was stopped: each would wait for the other until the limit. These are ended at
 * once. Looks now and then, since they come about while the channels drain, one after the other.
 */
final class TransportStop {
    private static final Logger LOG = LoggerFactory.getLogger(TransportStop.class);

    private static final long LOOK_MILLIS = 20;

    private final Controller controller;
    private final String transport;

    private TransportStop(Controller controller, String transport) {
        this.controller = controller;
        this.transport = transport;
    }

    /** Stops it; completes as {@link Transport#stop} does. */
    static CompletionStage<Void> of(Transport transport, Controller controller, Duration limit) {
        CompletionStage<Void> stopped = transport.stop(limit);
        TransportStop stop = new TransportStop(controller, transport.name());
        ScheduledFuture<?> looking =
                controller.timer().scheduleWithFixedDelay(stop::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return stopped.whenComplete((done, failure) -> looking.cancel(false));
    }

    private void look() {
        try {
            for (Pending found : controller.table().all()) {
                Pending entry = found.current();
                if (isStuck(entry)) {
                    entry.endWaiting("the transport " + transport
                            + " stops, and a member for the command comes back only after that");
                }
            }
        } catch (RuntimeException defect) {
            LOG.error("a look at what waits for {} failed; this is a defect, please report it", transport, defect);
        }
    }

    private boolean isStuck(Pending entry) {
        Session caller = entry.caller();
        if (caller == null || !caller.channel().transport().equals(transport)) {
            return false;
        }
        int state = entry.state();
        boolean isHeld = state == Pending.NEW && entry.holder() instanceof Hold;
        boolean isInMailbox = state == Pending.WAITING && !controller.line().isShared() && !entry.outlivesCaller();
        TargetEntry target = entry.target();
        return (isHeld || isInMailbox)
                && target != null
                && target.isExpectedOver(transport, controller.nanos())
                && !target.takesNewBeside(null);
    }
}
