package io.sommelier.wire;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Welcome;
import java.util.Set;

/** Hello and welcome, and what is kept until the link is active. Confined to the link's thread. */
final class Handshake {
    private final LinkParts link;
    private final LinkSettings settings;
    private final Hello hello;
    private Limits offered;
    private Set<String> operationsToTell;
    private boolean drainToTell;

    /** For the end of a connector, or with no hello for that of a controller. */
    Handshake(LinkParts link, LinkSettings settings, Hello hello) {
        this.link = link;
        this.settings = settings;
        this.hello = hello;
    }

    void sayHello() {
        boolean allNamed = HelloFrames.writeHello(link.writer, hello, settings);
        if (!allNamed && operationsToTell == null) {
            operationsToTell = hello.operations();
        }
        link.writer.handOver();
    }

    void receiveHello(Frame frame) {
        if (link.connector) {
            throw new ProtocolViolationException("a connector is at both ends");
        }
        if (link.state != LinkState.OPENED) {
            throw new ProtocolViolationException("a second hello");
        }
        if (!HelloFrames.readVersions(frame)) {
            link.close(new Goodbye(
                    CloseReason.VERSION_MISMATCH, true, "this controller speaks version " + Frames.VERSION + " only"));
            return;
        }
        HelloFrames.Offer offer;
        try {
            offer = HelloFrames.readHello(frame);
        } catch (IllegalArgumentException e) {
            link.close(new Goodbye(CloseReason.BAD_HELLO, false, e.getMessage()));
            return;
        }
        offered = offer.limits();
        link.enter(LinkState.ASKED);
        link.handler.hello(offer.hello());
    }

    void welcome(Welcome welcome) {
        Limits agreed = Limits.of(settings).smaller(offered);
        HelloFrames.writeWelcome(link.writer, welcome, agreed, settings);
        link.activate(agreed);
        tellWhatWaits();
    }

    void receiveWelcome(Frame frame) {
        link.demandAwaitingAnswer(frame.type());
        Limits agreed = HelloFrames.readAgreed(frame);
        Welcome welcome = HelloFrames.readWelcome(frame);
        if (!agreed.equals(agreed.smaller(Limits.of(settings)))) {
            throw new ProtocolViolationException("the welcome has limits above those of the hello");
        }
        link.activate(agreed);
        tellWhatWaits();
        link.handler.welcomed(welcome);
    }

    void operations(Set<String> operations) {
        operationsToTell = ControlFrames.checked(operations);
        tellWhatWaits();
    }

    void drain() {
        drainToTell = true;
        tellWhatWaits();
    }

    private void tellWhatWaits() {
        if (link.state != LinkState.ACTIVE) {
            return;
        }
        if (operationsToTell != null) {
            ControlFrames.writeOperations(link.writer, operationsToTell);
            operationsToTell = null;
        }
        if (drainToTell) {
            drainToTell = false;
            link.writer.begin(Frames.DRAIN, 0, 0).end();
        }
    }
}
