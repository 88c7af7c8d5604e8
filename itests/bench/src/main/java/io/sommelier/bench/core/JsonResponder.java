package io.sommelier.bench.core;

import io.sommelier.bench.party.LoadShape;
import io.sommelier.bench.party.Party;
import java.net.InetSocketAddress;

/** Returns the payload of each command, in the JSON form. */
final class JsonResponder extends JsonClient implements Party {
    private static final String TEXT = "\"text\":\"";
    private static final int CAPACITY = 4096;

    /** Dials. */
    JsonResponder(InetSocketAddress controller, LoadShape shape) throws InterruptedException {
        int number = shape.firstResponder();
        open(
                controller,
                "{\"type\":\"hello\",\"instance\":\"" + Names.instance("responder", number) + "\",\"target\":\""
                        + Names.target(number) + "\",\"operations\":[\"" + Names.OPERATION + "\"],\"capacity\":"
                        + CAPACITY + "}");
    }

    @Override
    void message(String text) {
        if (text.startsWith(COMMAND)) {
            write(COMPLETE + streamOf(text) + "," + text.substring(text.indexOf(TEXT)));
        }
    }

    @Override
    void closed() {}

    @Override
    public int port() {
        return 0;
    }

    @Override
    public void close() {
        end();
    }
}
