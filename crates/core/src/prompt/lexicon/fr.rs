//! French.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            bonjour, bonsoir, salut, coucou, hello, bjr, slt, madame, monsieur, ca va, \
            comment ca va, comment allez vous, il y a quelquun, quelquun, y a t il quelquun, \
            a tous, et, vous, cher*"),
        (Cue::SmallTalk, "\
            merci, merci beaucoup, bien, non, entendu, sil vous plait, svp, au revoir, \
            bonne journee, de rien, etes vous un robot, haha*, un instant, je regarde seulement"),
        (Cue::Opener, "\
            pouvez vous maider, pourriez vous maider, vous pouvez maider, peux tu maider, \
            jai besoin daide, besoin daide, aidez moi, aide moi, de laide, jai une question, \
            jai une petite question, une question, jai un probleme, un probleme, jai un souci, \
            jaurais une question, je peux vous demander quelque chose, un renseignement, \
            jaurais besoin dun renseignement"),
        (Cue::Yes, "\
            oui, ouais, ok, daccord, bien sur, parfait, volontiers, avec plaisir, ca marche, \
            tres bien, allez y, exactement, cest ca, super"),
        (Cue::No, "\
            non, jamais, pas question"),
        (Cue::Send, "\
            menvoyer, envoyez moi, envoyer ~ par mail, envoie moi, me faire parvenir, \
            me transmettre, par mail, par e mail, par email, par courriel, sur mon mail, \
            a mon adresse, recevoir ~ facture, recevoir ~ devis, recevoir ~ documentation, \
            un devis, copie de la facture, prevenez moi, me prevenir, tenez moi"),
        (Cue::Book, "\
            reserver, une reservation, prendre rendez vous, prendre rdv, un rendez vous, un rdv, \
            rendez vous, fixer un, une table pour, une visite, une chambre, une table, visiter"),
        (Cue::Call, "\
            mappeler, me rappeler, rappelez moi, appelez moi, etre rappele*, etre appele*, \
            un rappel, me telephoner, par telephone, au telephone, me ~ rappeler, me ~ appeler"),
        (Cue::Human, "\
            parler a quelquun, parler a une personne, parler avec quelquun, un conseiller, \
            une vraie personne, un humain, un agent, service client, un responsable, \
            me contacter, contactez moi"),
        (Cue::Returning, "\
            je suis deja client*, deja client*, je suis client*, cest encore moi, me revoila, \
            je vous avais ecrit, je vous ai ecrit, je vous ai contacte*, la derniere fois, \
            jai deja commande, jai deja un compte"),
        (Cue::Matter, "\
            ma commande, mon compte, mon colis, ma livraison, mon remboursement, mon retour, \
            ma reservation, mon rendez vous, mon vol, ma facture, mon paiement, mon abonnement, \
            mon contrat, ma carte, mon mot de passe, mon solde, mon achat, jai commande, \
            jai achete, nest pas arrive*, pas recu, arrive casse*, jai perdu, jai oublie, \
            ou est mon, ou est ma, debite deux fois"),
        (Cue::Topic, "\
            commande, compte, colis, livraison, remboursement, retour, reservation, vol, billet, \
            siege, facture, paiement, abonnement, contrat, sinistre, carte, solde, mot de passe, \
            profil, assurance, adresse, achat, virement, garantie, reparation, ecran, logiciel, \
            application, mise a jour, erreur, bug, serveur, connexion, annuler, annulation, \
            rembourser, retourner, echanger, bagage*, casse*, endommage*, abime*, fraude, vole*, \
            perdu*, frais, pret, licence, statut, suivi, urgence, ordonnance, medecin, panne, \
            prelevement, probleme, ne fonctionne pas, ne marche pas, marche pas, lent, bloque*, \
            en panne"),
        (Cue::Want, "\
            je voudrais, je veux, jaimerais, je souhaite*, jai besoin, je desire, \
            nous voudrions, nous souhaitons, on voudrait, on aimerait, il me faut, je dois, \
            jessaie, je cherche a"),
        (Cue::Know, "\
            savoir, connaitre, renseignement*, des informations sur, des infos sur, \
            informations sur, infos sur, me demande, expliquer, si vous"),
        (Cue::Explore, "\
            je cherche, cherche, recherche, recommand*, conseill*, sugger*, quavez vous, \
            options, comparer, le meilleur, la meilleure, moins cher, moins chere, vendez vous, \
            avez vous des"),
        (Cue::Own, "\
            mon, ma, mes, notre"),
        (Cue::Polite, "\
            pouvez vous, pourriez vous, peux tu, pourrais tu, vous pouvez, puis je, je peux, \
            est il possible, cest possible, sil vous plait, svp, stp, merci de"),
        (Cue::Question, "\
            que, quel*, quand, ou, qui, pourquoi, comment, combien, est ce que, pouvez vous, \
            avez vous, y a t il, puis je, quest ce"),
        (Cue::Angry, "\
            ridicule, inacceptable, inadmissible, honteux, scandaleux, arnaque*, nul, horrible, \
            furieu*, enerve*, ras le bol, marre, en colere, merde, putain, voleurs, escro*, \
            avocat, toujours pas, combien de fois, personne ne repond, incompetent*, foutez"),
        (Cue::Refuse, "\
            je prefere ne pas, je prefere pas, je ne veux pas, je veux pas, je ne souhaite pas, \
            pourquoi avez vous besoin, pourquoi voulez vous, pourquoi vous voulez, \
            pas necessaire, pas besoin, cest prive, jai pas de, anonyme, ca ne vous regarde pas"),
        (Cue::Evade, "\
            pas maintenant, plus tard, non merci, je nai pas, jai pas, une autre fois, \
            je ne me souviens pas, pas encore, repondez dabord"),
        (Cue::Unsure, "\
            je ne sais pas, je sais pas, pas sur, pas sure, je ne suis pas sur*, un instant, \
            attendez, ca depend, je reflechis, laissez moi"),
        (Cue::Not, "\
            ne, pas, sans, jamais, ne veux pas, veux pas, ne souhaite pas, pas besoin de"),
        (Cue::Email, "\
            mail, e mail, email, courriel"),
        (Cue::Phone, "\
            telephone, numero, portable, gsm, mobile"),
        (Cue::AsksName, "\
            votre nom, ton nom, votre prenom, vos nom et prenom, comment vous appelez, \
            vous vous appelez, a qui ai je, mon nom, a quel nom"),
        (Cue::AsksEmail, "\
            votre mail, votre e mail, votre email, ton mail, votre adresse e mail, \
            votre adresse mail, adresse e mail, adresse mail, adresse email, votre courriel, \
            adresse courriel, quel mail, quel email"),
        (Cue::AsksPhone, "\
            votre telephone, ton telephone, numero de telephone, votre numero, ton numero, \
            votre portable, votre mobile, quel numero, un numero"),
        (Cue::Imperative, "\
            sil vous plait, svp, indiquez, donnez, donnez moi, communiquez, dites moi, precisez, \
            merci de, veuillez, jai besoin, il me faut, puis je avoir, pouvez vous"),
        (Cue::OffersSend, "\
            vous envoyer, vous lenvoyer, vous lenvoie, vous envoie, vous les envoie, tenvoyer, \
            vous transmettre"),
        (Cue::OffersBook, "\
            reserver, reserve, faire la reservation, un rendez vous, prendre rendez vous"),
        (Cue::OffersCall, "\
            vous rappeler, vous appeler, vous rappelle, vous appelle, te rappeler"),
    ],
    lines: Lines {
        email_send: "Volontiers. À quelle adresse e-mail puis-je vous l’envoyer ?",
        email_book: "À quelle adresse e-mail dois-je envoyer la confirmation ?",
        email_handoff: "Pour que la réponse vous parvienne même si vous quittez le chat, quelle est votre adresse e-mail ?",
        email_returning: "Quel plaisir de vous retrouver ! Quelle adresse e-mail aviez-vous donnée, pour retrouver votre dossier ?",
        name_book: "Volontiers. À quel nom dois-je faire la réservation ?",
        name_call: "Volontiers. Qui devons-nous demander quand nous appellerons ?",
        name_matter: "Je m’en occupe. Puis-je avoir votre nom complet pour regarder cela ?",
        phone_book: "Et un numéro de téléphone, au cas où quelque chose changerait ?",
        phone_call: "À quel numéro pouvons-nous vous joindre ?",
        confirm_on_file: "Quel plaisir de vous retrouver ! Utilisons-nous toujours l’adresse e-mail que nous avons{value} ?",
        confirm_slip: "Juste pour vérifier : vouliez-vous dire {value} ?",
    },
};
