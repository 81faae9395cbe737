//! Italian.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            ciao, salve, buongiorno, buon giorno, buonasera, buona sera, buon pomeriggio, \
            come va, come sta, come stai, ce qualcuno, qualcuno, gentil*, a tutti, e"),
        (Cue::SmallTalk, "\
            grazie, grazie mille, bene, no, capito, per favore, per piacere, arrivederci, \
            sei un bot, sei un robot, haha*, ahah*, un momento, un attimo, sto solo guardando"),
        (Cue::Opener, "\
            puo aiutarmi, puoi aiutarmi, mi puo aiutare, mi puoi aiutare, potrebbe aiutarmi, \
            potete aiutarmi, ho bisogno di aiuto, ho bisogno del suo aiuto, mi serve aiuto, \
            aiuto, aiutatemi, aiutami, ho una domanda, una domanda, avrei una domanda, \
            ho un problema, un problema, ho una richiesta, posso chiedere una cosa, \
            vorrei chiedere una cosa, uninformazione"),
        (Cue::Yes, "\
            si, certo, ok, va bene, daccordo, perfetto, volentieri, certamente, esatto, \
            benissimo, ottimo, prego, faccia pure"),
        (Cue::No, "\
            no, mai, assolutamente no"),
        (Cue::Send, "\
            inviarmi*, mandarmi*, spedirmi*, mi invi*, mi mand*, mi puo inviare, mi puo mandare, \
            inviami, mandami, mandatemi, inviatemi, via mail, via email, per email, per mail, \
            alla mia mail, un preventivo, copia della fattura, fatemi sapere, avvisatemi, \
            avvisarmi"),
        (Cue::Book, "\
            prenotare, una prenotazione, un appuntamento, fissare un, prendere un appuntamento, \
            un tavolo per, prenoto, una visita, una camera, un tavolo, visionare"),
        (Cue::Call, "\
            chiamarmi, richiamarmi, mi chiam*, mi richiam*, richiamatemi, chiamatemi, \
            essere richiamat*, essere chiamat*, una chiamata, una telefonata, al telefono, \
            telefonicamente, mi ~ richiamare, mi ~ chiamare"),
        (Cue::Human, "\
            parlare con una persona, parlare con qualcuno, parlare con un operatore, \
            un operatore, una persona vera, un umano, servizio clienti, un responsabile, \
            un consulente, contattatemi, contattarmi"),
        (Cue::Returning, "\
            sono gia cliente, sono cliente, gia client*, sono di nuovo io, sono tornat*, \
            vi avevo scritto, vi ho scritto, ho parlato con, lultima volta, ho gia ordinato, \
            ho gia un account"),
        (Cue::Matter, "\
            il mio ordine, mio ordine, il mio account, il mio conto, il mio pacco, \
            mia spedizione, mia consegna, mio rimborso, mio reso, mia prenotazione, \
            mio appuntamento, mio volo, mia fattura, mio pagamento, mio abbonamento, \
            mia polizza, mia carta, mia password, mio contratto, mio acquisto, ho ordinato, \
            ho comprato, ho acquistato, non e arrivat*, non ho ricevuto, arrivat* rott*, \
            addebitat* due volte, ho perso, ho dimenticato, non riesco ad accedere, dove il mio, \
            dove si trova il mio"),
        (Cue::Topic, "\
            ordine, account, conto, pacco, consegna, spedizione, rimborso, reso, prenotazione, \
            appuntamento, volo, biglietto, posto, fattura, bolletta, pagamento, addebito, \
            abbonamento, contratto, polizza, sinistro, carta, saldo, password, profilo, \
            assicurazione, indirizzo, acquisto, bonifico, garanzia, riparazione, schermo, \
            software, app, aggiornamento, errore, server, connessione, annullare, annullamento, \
            disdire, disdetta, restituire, cambiare, cambio, bagaglio, rott*, danneggiat*, \
            frode, rubat*, furto, smarrit*, perso, prestito, licenza, stato, emergenza, ricetta, \
            medico, reclamo, problema, non funziona, non si apre, lento, guasto, incidente"),
        (Cue::Want, "\
            vorrei, voglio, ho bisogno, mi serve, mi servirebbe, mi piacerebbe, desidero, \
            vorremmo, vogliamo, devo, sto cercando di, avrei bisogno"),
        (Cue::Know, "\
            sapere, informazioni su, informazioni sul*, conoscere, capire, mi chiedo, spiegarmi, \
            se avete, se fate, se accettate"),
        (Cue::Explore, "\
            cerco, sto cercando un*, cercando un*, consigli*, raccomand*, sugger*, cosa avete, \
            opzioni, confront*, il migliore, la migliore, piu economic*, vendete, avete anche"),
        (Cue::Own, "\
            mio, mia, miei, mie, nostr*"),
        (Cue::Polite, "\
            puo, puoi, potete, potrebbe, potreste, posso, potrei, per favore, per piacere, \
            e possibile, si puo, cortesemente, gentilmente"),
        (Cue::Question, "\
            che, cosa, quale, quali, quando, dove, chi, perche, come, quanto*, quanti, puo, \
            potete, potrebbe, avete, ce, ci sono, posso, e possibile"),
        (Cue::Angry, "\
            ridicol*, inaccettabile, vergogn*, truffa*, pessim*, orribile, terribile, furios*, \
            arrabbiat*, incazzat*, stuf*, merda, cazzo, ladri, avvocato, sto ancora aspettando, \
            quante volte, nessuno risponde, incompetent*, schifo"),
        (Cue::Refuse, "\
            preferisco non, preferirei non, non voglio dar*, non voglio lasciar*, non vi do, \
            perche vi serve, perche serve, a cosa serve, a cosa vi serve, perche volete, \
            non e necessario, non serve, e privat*, non ho una, non ho un, anonim*, non dirlo, \
            non vorrei dir*"),
        (Cue::Evade, "\
            non ora, non adesso, piu tardi, dopo, no grazie, non ce lho, non ho un*, \
            non ricordo, unaltra volta, non ancora, prima risponda"),
        (Cue::Unsure, "\
            non so, non lo so, non sono sicur*, un attimo, un momento, aspetta, dipende, \
            fammi pensare, devo controllare"),
        (Cue::Not, "\
            non, senza, mai, non voglio, non voglio che, non serve, non ce bisogno di"),
        (Cue::Email, "\
            email, e mail, mail, posta elettronica"),
        (Cue::Phone, "\
            telefono, cellulare, recapito, suo numero, tuo numero, mio numero, \
            numero di telefono"),
        (Cue::AsksName, "\
            suo nome, tuo nome, vostro nome, nome e cognome, nome completo, come si chiama, \
            come ti chiami, con chi parlo, con chi sto parlando, mio nome, a che nome, \
            a nome di chi"),
        (Cue::AsksEmail, "\
            sua email, sua e mail, sua mail, tua email, tua mail, indirizzo email, \
            indirizzo e mail, indirizzo mail, quale email, quale mail, a quale indirizzo"),
        (Cue::AsksPhone, "\
            suo numero, tuo numero, suo telefono, suo cellulare, numero di telefono, \
            recapito telefonico, quale numero, un recapito"),
        (Cue::Imperative, "\
            per favore, indichi, mi dica, mi dia, mi lasci, fornisca, inserisca, mi serve, \
            ho bisogno, mi puo, potrebbe, dimmi, dammi"),
        (Cue::OffersSend, "\
            le mand*, le invi*, ti mand*, ti invi*, glielo invi*, glielo mand*, gliela invi*, \
            inviarle, mandarle, inviarglielo"),
        (Cue::OffersBook, "\
            prenotare, prenoto, prenotarlo, fissare un, un appuntamento, fare la prenotazione"),
        (Cue::OffersCall, "\
            la richiam*, la chiam*, ti richiam*, ti chiam*, richiamarla, chiamarla"),
    ],
    lines: Lines {
        email_send: "Volentieri. A quale indirizzo e-mail glielo mando?",
        email_book: "A quale indirizzo e-mail devo inviare la conferma?",
        email_handoff: "Così la risposta le arriva anche se lascia la chat: qual è il suo indirizzo e-mail?",
        email_returning: "Che piacere risentirla! Quale e-mail aveva usato, così ritrovo quello che abbiamo già?",
        name_book: "Volentieri. A che nome faccio la prenotazione?",
        name_call: "Volentieri. Di chi dobbiamo chiedere quando chiamiamo?",
        name_matter: "Me ne occupo. Mi dice nome e cognome, così posso controllare?",
        phone_book: "E un numero di telefono, se dovesse cambiare qualcosa?",
        phone_call: "A quale numero possiamo chiamarla?",
        confirm_on_file: "Che piacere risentirla! Usiamo ancora l’indirizzo e-mail che abbiamo{value}?",
        confirm_slip: "Solo per sicurezza: intendeva {value}?",
    },
};
