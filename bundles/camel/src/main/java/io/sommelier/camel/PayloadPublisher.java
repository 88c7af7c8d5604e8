package io.sommelier.camel;

import io.sommelier.api.Payload;
import java.util.concurrent.Flow;
import org.apache.camel.Exchange;

/**
 * What another publisher gives, as payloads: buffers, byte arrays, texts in UTF-8, payloads, and what Camel makes bytes of. An element that is none of them ends it with an
 * error. Holds nothing of its own.
 */
final class PayloadPublisher implements Flow.Publisher<Payload> {
    private static final int MOST_BYTES = Integer.MAX_VALUE - 9;

    private final Flow.Publisher<?> source;
    private final Exchange exchange;
    private final Runnable whenEnded;

    /** @param whenEnded runs when it completed, failed or was cancelled; perhaps more than once */
    PayloadPublisher(Flow.Publisher<?> source, Exchange exchange, Runnable whenEnded) {
        this.source = source;
        this.exchange = exchange;
        this.whenEnded = whenEnded;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Payload> subscriber) {
        source.subscribe(new Turning(subscriber));
    }

    private final class Turning implements Flow.Subscriber<Object>, Flow.Subscription {
        private final Flow.Subscriber<? super Payload> to;
        private Flow.Subscription from;
        private boolean hasFailed;

        Turning(Flow.Subscriber<? super Payload> to) {
            this.to = to;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            from = given;
            to.onSubscribe(this);
        }

        @Override
        public void onNext(Object element) {
            if (hasFailed) {
                return;
            }
            Payload payload;
            try {
                payload = BodyBytes.payload(exchange, element, "", MOST_BYTES);
            } catch (RuntimeException e) {
                hasFailed = true;
                from.cancel();
                fail(e);
                return;
            }
            to.onNext(payload);
        }

        @Override
        public void onError(Throwable thrown) {
            if (!hasFailed) {
                fail(thrown);
            }
        }

        private void fail(Throwable thrown) {
            to.onError(thrown);
            whenEnded.run();
        }

        @Override
        public void onComplete() {
            if (!hasFailed) {
                to.onComplete();
                whenEnded.run();
            }
        }

        @Override
        public void request(long elements) {
            from.request(elements);
        }

        @Override
        public void cancel() {
            from.cancel();
            whenEnded.run();
        }
    }
}
