//! Spanish.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            hola*, buenas, buenos dias, buen dia, buenas tardes, buenas noches, saludos, \
            que tal, como estas, como esta, como estan, hay alguien, alguien ahi, estimad*, \
            senor*, amig*, a todos, y, muy"),
        (Cue::SmallTalk, "\
            gracias, muchas gracias, mil gracias, genial, bien, muy bien, no, entendido, \
            por favor, adios, hasta luego, de nada, eres un bot, eres un robot, jaja*, \
            un momento, solo estoy mirando, si"),
        (Cue::Opener, "\
            me puedes ayudar, puedes ayudarme, me pueden ayudar, puede ayudarme, \
            podria ayudarme, podrias ayudarme, me podria ayudar, me podrian ayudar, me ayuda*, \
            ayudame, ayudenme, necesito ayuda, necesito su ayuda, ayuda, tengo una pregunta, \
            tengo una duda, tengo una consulta, una consulta, una pregunta, una duda, \
            tengo un problema, quisiera hacer una consulta, queria preguntar algo, \
            queria consultar algo, con algo"),
        (Cue::Yes, "\
            si, sip, claro, ok, vale, de acuerdo, por supuesto, perfecto, esta bien, \
            me parece bien, adelante, correcto, dale, bueno"),
        (Cue::No, "\
            no, nunca, para nada, ni hablar"),
        (Cue::Send, "\
            me envi*, me mand*, envie*, enviar*, enviame*, enviarme*, mandame*, mandarme*, \
            mandar ~ correo, por correo, por email, por mail, a mi correo, a mi email, \
            copia de la factura, una cotizacion, un presupuesto, hacerme llegar, \
            me hace* llegar, avisenme, avisame"),
        (Cue::Book, "\
            reservar, una reserva, hacer una reserva, una cita, pedir cita, agendar, apartar, \
            concertar, programar una, una mesa para, una visita, una habitacion, una mesa, \
            ver el piso, turno"),
        (Cue::Call, "\
            me llam*, llamenme, llamame, llamarme, que me llamen, me podrian llamar, \
            una llamada, hablar por telefono, devolver la llamada, me pueden marcar, \
            me ~ llamar, puedan llamar*, llamarme por"),
        (Cue::Human, "\
            hablar con una persona, hablar con alguien, un agente, una persona real, un humano, \
            un asesor, atencion al cliente, un representante, el encargado, contactenme, \
            contactarme, me contact*"),
        (Cue::Returning, "\
            ya soy cliente, soy cliente, ya habia escrito, ya escribi, hable con ustedes, \
            hable con un, volvi, soy yo otra vez, otra vez yo, la ultima vez, ya compre antes, \
            les escribi, ya tengo cuenta"),
        (Cue::Matter, "\
            mi pedido, mi orden, mi cuenta, mi paquete, mi envio, mi reembolso, mi devolucion, \
            mi reserva, mi cita, mi vuelo, mi factura, mi pago, mi suscripcion, mi poliza, \
            mi tarjeta, mi contrasena, mi saldo, mi compra, mi plan, quiero cancelar, \
            quiero devolver, quiero cambiar, pedi un*, no ha llegado, no he recibido, \
            llego roto, llego danad*, me cobraron, perdi mi, olvide mi, donde esta mi"),
        (Cue::Topic, "\
            pedido, orden, cuenta, paquete, envio, entrega, reembolso, devolucion, reserva, \
            cita, vuelo, boleto, billete, asiento, factura, pago, cobro, cargo, suscripcion, \
            poliza, reclamo, reclamacion, siniestro, tarjeta, saldo, contrasena, clave, perfil, \
            seguro, direccion, contrato, compra, transferencia, garantia, reparacion, pantalla, \
            aplicacion, actualizacion, error, servidor, conexion, cancelar, cancelacion, \
            reembolsar, devolver, cambiar, equipaje, roto, rota, danad*, fraude, robaron, \
            robado, robo, perdid*, cuota, prestamo, licencia, estado, urgencia, receta, medico, \
            problema, no funciona, no sirve, no abre, lento, lenta, falla, averia"),
        (Cue::Want, "\
            quiero, quisiera, necesito, me gustaria, deseo, queria, querria, queremos, \
            necesitamos, tengo que, estoy tratando de, estoy intentando"),
        (Cue::Know, "\
            saber, informacion sobre, informacion de, conocer, me pregunto, mas sobre, \
            explicar*, si tienen, si hacen, si aceptan, si envian"),
        (Cue::Explore, "\
            busco, buscando, estoy buscando, recomien*, recomenda*, sugier*, suger*, que tienen, \
            opciones, comparar, el mejor, la mejor, mas barat*, tienen algun*, venden, que hay"),
        (Cue::Own, "\
            mi, mis, mio, mia, nuestr*, compre, pedi"),
        (Cue::Polite, "\
            puede, puedes, pueden, podria*, podrias, me puede*, me podria*, puedo, podria, \
            por favor, porfa, porfavor, es posible, se puede"),
        (Cue::Question, "\
            que, cual*, cuando, donde, quien, por que, como, cuanto*, puede*, podria*, tiene*, \
            hay, es posible, hacen, aceptan"),
        (Cue::Angry, "\
            ridiculo, inaceptable, verguenza, estafa*, pesimo, horrible, terrible, fatal, hart*, \
            furios*, enojad*, enfadad*, indignad*, inutil*, mierda, puta*, ladrones, denunci*, \
            abogado, una burla, todavia esperando, sigo esperando, cuantas veces, \
            nadie responde, nadie contesta"),
        (Cue::Refuse, "\
            prefiero no, no quiero dar*, no voy a dar, no te voy a dar, no le voy a dar, \
            para que quiere*, para que necesita*, por que necesita*, por que quiere*, \
            no es necesario, no hace falta, es privado, anonim*, no quiero compartir*, no deseo"),
        (Cue::Evade, "\
            ahora no, mas tarde, luego, despues, no gracias, no tengo, no me acuerdo, \
            no recuerdo, otro dia, en otro momento, solo responda, todavia no, primero"),
        (Cue::Unsure, "\
            no se, no estoy segur*, dejame ver, dejeme ver, un momento, espera, depende, \
            dejame pensar"),
        (Cue::Not, "\
            no, sin, nunca, no quiero, no quiero que, no hace falta, no hace falta que, \
            no necesito"),
        (Cue::Email, "\
            correo, email, e mail, mail"),
        (Cue::Phone, "\
            telefono, numero de contacto, celular, movil, su numero, tu numero, mi numero, \
            whatsapp"),
        (Cue::AsksName, "\
            su nombre, tu nombre, como se llama, como te llamas, con quien hablo, \
            con quien tengo el gusto, nombre completo, mi nombre, a nombre de quien"),
        (Cue::AsksEmail, "\
            su correo, tu correo, su email, tu email, su e mail, tu e mail, correo electronico, \
            direccion de correo, que correo, cual correo, un correo"),
        (Cue::AsksPhone, "\
            su telefono, tu telefono, numero de telefono, su numero, tu numero, su celular, \
            tu celular, su movil, tu movil, numero de contacto, que numero, un telefono"),
        (Cue::Imperative, "\
            por favor, indique*, digame, dime, deme, dame, proporcione, comparta, facilite*, \
            escriba, necesito, me da, me das, me indica, me dice, me puede"),
        (Cue::OffersSend, "\
            le envi*, te envi*, se lo envi*, se la envi*, te lo envi*, le mand*, te mand*, \
            enviarle*, enviarte*, mandarle*, mandarte*"),
        (Cue::OffersBook, "\
            reservar, reserve, reservo, agendar, agende, agendo, hacer la reserva, una cita, \
            confirmar la reserva"),
        (Cue::OffersCall, "\
            le llam*, te llam*, lo llam*, la llam*, llamarle*, llamarte*, llamarlo, llamarla"),
    ],
    lines: Lines {
        email_send: "Con gusto se lo envío. ¿A qué correo electrónico se lo mando?",
        email_book: "¿A qué correo electrónico le envío la confirmación?",
        email_handoff: "Para que la respuesta le llegue aunque salga del chat, ¿cuál es su correo electrónico?",
        email_returning: "¡Qué bueno tenerle de vuelta! ¿Qué correo usó la otra vez, para encontrar lo que ya tenemos?",
        name_book: "Con gusto. ¿A nombre de quién hago la reserva?",
        name_call: "Con gusto. ¿Por quién preguntamos cuando llamemos?",
        name_matter: "Le ayudo con eso. ¿Me dice su nombre completo para poder revisarlo?",
        phone_book: "¿Y un número de teléfono, por si cambia algo de su reserva?",
        phone_call: "¿A qué número le podemos llamar?",
        confirm_on_file: "¡Qué bueno tenerle de vuelta! ¿Seguimos usando el correo que tenemos registrado{value}?",
        confirm_slip: "Solo para asegurarme: ¿quiso decir {value}?",
    },
};
