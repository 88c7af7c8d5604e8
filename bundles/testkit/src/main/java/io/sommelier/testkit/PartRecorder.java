package io.sommelier.testkit;

import io.sommelier.api.Call;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.ReplyListener;
import java.util.ArrayList;
import java.util.List;

/**
 * A reply listener that counts what comes, and notices whatever is out of order. Keeps no payload. Thread-safe.
 */
public final class PartRecorder implements ReplyListener {
    private final boolean givesCredit;
    private final List<PartStatus> statuses = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private Part terminal;
    private long dataParts;
    private long bytes;
    private boolean isInside;

    private PartRecorder(boolean givesCredit) {
        this.givesCredit = givesCredit;
    }

    /** One that gives back the credit of each part at once. */
    public static PartRecorder quick() {
        return new PartRecorder(true);
    }

    /** One that gives back none; the test does. */
    public static PartRecorder slow() {
        return new PartRecorder(false);
    }

    @Override
    public void part(Call call, Part part) {
        synchronized (this) {
            note(part);
            isInside = true;
        }
        if (givesCredit && part.cost() > 0) {
            call.request(part.cost());
        }
        synchronized (this) {
            isInside = false;
        }
    }

    private void note(Part part) {
        if (isInside) {
            faults.add(part + " came while another part was being taken");
        }
        if (terminal != null) {
            faults.add(part + " came after " + terminal);
        }
        if (statuses.isEmpty() || statuses.get(statuses.size() - 1) != part.status()) {
            statuses.add(part.status());
        }
        switch (part.status()) {
            case ACCEPTED -> {
                if (dataParts > 0) {
                    faults.add(part + " came after data");
                }
            }
            case DATA -> {
                if (part.sequence() != dataParts) {
                    faults.add(part + " came where " + dataParts + " was due");
                }
                dataParts++;
                bytes += part.payload().size();
            }
            case COMPLETE, FAILED -> {
                terminal = part;
                if (part.finalCount() != dataParts) {
                    faults.add(part + " came after " + dataParts + " parts");
                }
            }
        }
    }

    /** What came, each status once for parts in a row. */
    public synchronized List<PartStatus> statuses() {
        return List.copyOf(statuses);
    }

    /** What was out of order; empty when nothing was. */
    public synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many DATA parts came. */
    public synchronized long dataParts() {
        return dataParts;
    }

    /** How many payload bytes of DATA came. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Whether the terminal came. */
    public synchronized boolean hasEnded() {
        return terminal != null;
    }
}
