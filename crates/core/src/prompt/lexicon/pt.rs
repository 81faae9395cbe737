//! Portuguese.

use super::{Cue, Lexicon, Lines};

// The sentences are longer than a line, and stay whole.
#[rustfmt::skip]
pub(super) const LEXICON: Lexicon = Lexicon {
    cues: &[
        (Cue::Greeting, "\
            ola, oi, oie, opa, bom dia, boa tarde, boa noite, tudo bem, tudo bom, como vai, \
            como esta, alguem ai, tem alguem, prezad*, senhor*, pessoal, e"),
        (Cue::SmallTalk, "\
            obrigad*, muito obrigad*, valeu, otimo, bem, nao, entendi, tchau, ate logo, de nada, \
            voce e um robo, kkk*, haha*, um momento, so estou olhando, muito"),
        (Cue::Opener, "\
            pode me ajudar, podem me ajudar, voce pode me ajudar, poderia me ajudar, \
            pode ajudar, me ajuda, me ajude, preciso de ajuda, preciso da sua ajuda, ajuda, \
            tenho uma duvida, uma duvida, tenho uma pergunta, uma pergunta, tenho um problema, \
            um problema, queria tirar uma duvida, posso perguntar uma coisa, com uma coisa"),
        (Cue::Yes, "\
            sim, claro, ok, certo, pode ser, com certeza, perfeito, beleza, isso, por favor, \
            combinado, ta bom, tudo bem"),
        (Cue::No, "\
            nao, nunca, de jeito nenhum"),
        (Cue::Send, "\
            me envi*, me mand*, enviar ~ para mim, envie*, mande ~ email, por email, por e mail, \
            pelo email, pro meu email, para o meu email, para meu email, um orcamento, \
            uma cotacao, segunda via, copia da fatura, copia da nota, me avis*"),
        (Cue::Book, "\
            reservar, uma reserva, marcar um, marcar uma, marcar consulta, agendar, \
            um agendamento, uma consulta, uma mesa para, uma visita, um quarto, uma mesa, \
            visitar, um horario"),
        (Cue::Call, "\
            me lig*, liguem para mim, me telefon*, uma ligacao, falar por telefone, \
            retornar a ligacao, retorno por telefone, que me liguem, podem ligar, possam ligar, \
            me ~ ligar"),
        (Cue::Human, "\
            falar com uma pessoa, falar com alguem, falar com um atendente, um atendente, \
            um humano, pessoa de verdade, atendimento humano, um representante, o gerente, \
            entrem em contato, entrar em contato comigo"),
        (Cue::Returning, "\
            ja sou cliente, sou cliente, sou eu de novo, eu de novo, voltei, ja falei com, \
            falei com voces, da ultima vez, ja comprei, ja escrevi, ja tenho conta"),
        (Cue::Matter, "\
            meu pedido, minha conta, meu pacote, minha encomenda, minha entrega, meu reembolso, \
            minha devolucao, minha reserva, minha consulta, meu voo, minha fatura, \
            meu pagamento, minha assinatura, meu plano, meu cartao, minha senha, meu saldo, \
            minha compra, meu seguro, comprei, pedi um*, nao chegou, nao recebi, veio quebrad*, \
            chegou quebrad*, cobrad* duas vezes, nao consigo entrar, nao consigo acessar, \
            onde esta meu, onde esta minha, cade meu"),
        (Cue::Topic, "\
            pedido, conta, pacote, encomenda, entrega, envio, reembolso, devolucao, reserva, \
            consulta, voo, passagem, bilhete, assento, fatura, boleto, nota fiscal, pagamento, \
            cobranca, assinatura, plano, apolice, sinistro, cartao, saldo, senha, perfil, \
            seguro, endereco, contrato, compra, transferencia, garantia, conserto, tela, \
            aplicativo, atualizacao, erro, servidor, conexao, internet, cancelar, cancelamento, \
            devolver, trocar, troca, bagagem, quebrad*, danificad*, fraude, roubaram, roubo, \
            perdi, taxa, emprestimo, licenca, status, emergencia, receita, medico, pix, \
            problema, nao funciona, nao abre, lento, travando, travou, acidente"),
        (Cue::Want, "\
            quero, queria, gostaria, preciso, desejo, queremos, precisamos, gostariamos, \
            tenho que, estou tentando, to tentando"),
        (Cue::Know, "\
            saber, informacoes sobre, informacao sobre, conhecer, entender, explicar, \
            mais sobre, se voces, se voce, se tem"),
        (Cue::Explore, "\
            procuro, procurando, estou procurando, recomend*, indica*, suger*, o que voces tem, \
            opcoes, comparar, o melhor, a melhor, mais barat*, vendem, voces tem"),
        (Cue::Own, "\
            meu, minha, meus, minhas, nosso*, nossa*, comprei, pedi"),
        (Cue::Polite, "\
            pode, podem, poderia*, voce pode, voces podem, posso, consegue*, por favor, pfv, \
            e possivel, da para, da pra, tem como"),
        (Cue::Question, "\
            que, qual*, quando, onde, quem, por que, porque, como, quanto*, voce pode, \
            voces tem, voces podem, tem, posso, e possivel, da para"),
        (Cue::Angry, "\
            ridiculo, inaceitavel, absurdo, vergonha, golpe, pessimo, horrivel, terrivel, \
            furios*, irritad*, indignad*, cansad* de, merda, porra, ladroes, advogado, procon, \
            ainda esperando, quantas vezes, ninguem responde, palhacada, incompeten*"),
        (Cue::Refuse, "\
            prefiro nao, nao quero dar, nao quero passar, nao quero informar, nao vou dar, \
            nao vou passar, por que precisa*, pra que precisa*, para que precisa*, por que quer, \
            pra que quer, nao precisa, nao e necessario, e particular, anonim*"),
        (Cue::Evade, "\
            agora nao, mais tarde, depois, nao obrigad*, nao tenho, nao lembro, outra hora, \
            outro dia, so responde, ainda nao, primeiro"),
        (Cue::Unsure, "\
            nao sei, nao tenho certeza, deixa eu ver, um momento, espera, depende, vou ver"),
        (Cue::Not, "\
            nao, sem, nunca, nao quero, nao quero que, nao precisa, nao preciso"),
        (Cue::Email, "\
            email, e mail, correio eletronico"),
        (Cue::Phone, "\
            telefone, celular, telemovel, seu numero, meu numero, whatsapp, numero de contato"),
        (Cue::AsksName, "\
            seu nome, teu nome, o nome completo, nome completo, como se chama, \
            como voce se chama, com quem falo, com quem eu falo, meu nome, em nome de quem"),
        (Cue::AsksEmail, "\
            seu email, seu e mail, teu email, endereco de email, endereco de e mail, qual email, \
            qual e mail, um email"),
        (Cue::AsksPhone, "\
            seu telefone, seu celular, seu numero, teu numero, numero de telefone, \
            numero de contato, qual numero, um telefone, seu telemovel, seu whatsapp"),
        (Cue::Imperative, "\
            por favor, informe, me diga, me fale, me passe, me informe, digite, envie, \
            preciso do, preciso de, pode me, me da, poderia"),
        (Cue::OffersSend, "\
            te envi*, lhe envi*, te mand*, lhe mand*, envie para voce, enviar para voce, \
            mande para voce, enviar por email"),
        (Cue::OffersBook, "\
            reservar, reserve, agendar, agende, marcar, marque, fazer a reserva"),
        (Cue::OffersCall, "\
            te lig*, lhe lig*, ligar para voce, ligue para voce, entrar em contato por telefone"),
    ],
    lines: Lines {
        email_send: "Envio com prazer. Para qual e-mail devo mandar?",
        email_book: "Para qual e-mail devo enviar a confirmação?",
        email_handoff: "Para que a resposta chegue mesmo que você saia do chat, qual é o seu e-mail?",
        email_returning: "Que bom ter você de volta! Qual e-mail você usou antes, para eu encontrar o que já temos?",
        name_book: "Com prazer. Em nome de quem faço a reserva?",
        name_call: "Com prazer. Por quem devemos chamar quando ligarmos?",
        name_matter: "Vou ver isso. Pode me dizer seu nome completo, para eu localizar?",
        phone_book: "E um telefone, caso algo mude na sua reserva?",
        phone_call: "Em qual número podemos ligar?",
        confirm_on_file: "Que bom ter você de volta! Continuamos usando o e-mail que temos cadastrado{value}?",
        confirm_slip: "Só para confirmar: você quis dizer {value}?",
    },
};
