/** Commands of JMS, AMQP 1.0 and STOMP clients: a Camel route from the queue {@code sommelier.in.<target>} to each target. */
@Version("1.0.0")
package io.sommelier.gateway.jms;

import org.osgi.annotation.versioning.Version;
